"""Which reports are one case: versions, withdrawals, the waterfall."""

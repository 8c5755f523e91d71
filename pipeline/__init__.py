"""cartwatch: watching the safety of CAR-T cell therapies after approval."""

"""Who decided what, when and on which evidence: plans, looks, signals and the audit trail."""

"""The followed cohort: who was followed and how completely, what happened per person-time, and how grades are given."""

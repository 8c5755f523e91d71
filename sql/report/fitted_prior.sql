-- Each EBGM prior, or the reason why it was refused.
-- Reads: prior
SELECT
  comparator, event_kind, scope, is_fitted, reason, alpha1, beta1, alpha2, beta2, p, log_likelihood, n_cells,
  comparator_version
FROM prior
ORDER BY comparator, event_kind DESC, scope DESC

-- Each EBGM prior, or the reason why it was refused.
-- Reads: prior
SELECT
  comparator, event_kind, scope, is_fitted, reason, alpha1, beta1, alpha2, beta2, p, log_likelihood, n_cells,
  comparator_version, likelihood, alpha1_error, beta1_error, alpha2_error, beta2_error, p_error
FROM prior
ORDER BY comparator, event_kind DESC, scope DESC

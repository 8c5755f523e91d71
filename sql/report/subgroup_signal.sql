-- Measures of each asked product and endpoint within each subgroup that reports it with the product.
-- Reads: subgroup_signal, asked_product
SELECT
  s.product, s.event AS endpoint, s.scope, s.comparator, s.grouped_by, s.subgroup, s.a, s.b, s.c, s.d, s.n_unknown,
  s.n_comparator_unknown, s.ror, s.ror_low, s.ror_high, s.is_ror_infinite, s.expected, s.ic, s.ic025, s.ic975,
  s.shrunken_log_ror, s.shrunken_log_ror_low, s.shrunken_log_ror_high, s.n_informative, s.tau2, s.heterogeneity_chi2,
  s.heterogeneity_df, s.heterogeneity_p, s.note, s.comparator_version, s.subgroup_version
FROM subgroup_signal AS s
JOIN asked_product AS p ON p.product = s.product
WHERE s.a > 0
ORDER BY s.product, s.event, s.scope DESC, s.comparator, s.grouped_by, s.subgroup

-- Stratified measures of each asked product and endpoint that at least one case with a known level reports.
-- Reads: stratified_signal, asked_product
SELECT
  s.product, s.event AS endpoint, s.scope, s.comparator, s.stratified_by, s.a, s.b, s.c, s.d, s.n_unknown,
  s.n_comparator_unknown, s.ror, s.ror_low, s.ror_high, s.is_ror_infinite, s.mh_ror, s.mh_ror_low, s.mh_ror_high,
  s.is_mh_ror_infinite, s.mh_chi2, s.n_strata, s.n_informative, s.breslow_day_chi2, s.breslow_day_tarone_chi2,
  s.breslow_day_df, s.breslow_day_p, s.least_fitted, s.expected, s.stratified_expected, s.ebgm, s.eb05, s.eb95,
  s.note, s.ebgm_note, s.comparator_version, s.strata_version
FROM stratified_signal AS s
JOIN asked_product AS p ON p.product = s.product
WHERE s.a > 0
ORDER BY s.product, s.event, s.scope DESC, s.comparator, s.stratified_by

-- Every measure of each asked product and endpoint, in both scopes and against each comparator.
-- Reads: signal, asked_product
SELECT
  s.product, s.event AS endpoint, s.scope, s.comparator, s.a, s.b, s.c, s.d, s.n_cases, s.expected,
  s.prr, s.prr_low, s.prr_high, s.chi2, s.chi2_yates, s.ror, s.ror_low, s.ror_high, s.ic, s.ic025, s.ic975,
  s.ebgm, s.eb05, s.eb95, s.is_signal, s.is_ic_positive, s.is_prr_infinite, s.is_ror_infinite, s.is_assessable,
  s.rule, s.note, s.comparator_version, s.n_left_out,
  s.rrr, s.rrr_low, s.rrr_high, s.ror_exact, s.ror_exact_low, s.ror_exact_high, s.fisher_mid_p, s.bh_q,
  s.false_share, s.bayesian_fdr, s.lrt, s.lrt_p, s.lrt_inflated_p, s.lrt_zero_share, s.n_questions
FROM signal AS s
JOIN asked_product AS p ON p.product = s.product
WHERE s.event_kind = 'endpoint'
ORDER BY s.product, s.event, s.scope DESC, s.comparator

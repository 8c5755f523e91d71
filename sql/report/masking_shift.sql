-- Every removal asked about for the asked products and endpoints, each pair before it and counted again after it.
-- Reads: masking, asked_product
SELECT
  m.product, m.event AS endpoint, m.scope, m.comparator, m.kind, m.removed, m.rule, m.n_removed, m.a, m.b, m.c, m.d,
  m.a_after, m.b_after, m.c_after, m.d_after, m.ic, m.ic025, m.ic975, m.ic_after, m.ic025_after, m.ic975_after,
  m.ror, m.ror_low, m.ror_high, m.ror_after, m.ror_low_after, m.ror_high_after, m.ic_shift, m.masking_ratio,
  m.masking_ratio_recounted, m.ic_screen, m.screen_error, m.is_unmasked, m.is_lost, m.comparator_version
FROM masking AS m
JOIN asked_product AS p ON p.product = m.product
WHERE m.event_kind = 'endpoint'
ORDER BY m.product, m.event, m.scope, m.comparator, m.kind, m.removed

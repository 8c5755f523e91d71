-- Removals that bring IC025 of an asked product and a preferred term across 0, each pair before it and counted again after it.
-- Reads: masking, asked_product
SELECT
  m.product, m.event AS term, m.comparator, m.kind, m.removed, m.rule, m.n_removed, m.a, m.b, m.c, m.d,
  m.a_after, m.b_after, m.c_after, m.d_after, m.ic, m.ic025, m.ic975, m.ic_after, m.ic025_after, m.ic975_after,
  m.ror, m.ror_low, m.ror_high, m.ror_after, m.ror_low_after, m.ror_high_after, m.ic_shift, m.masking_ratio,
  m.masking_ratio_recounted, m.ic_screen, m.screen_error, m.is_unmasked, m.is_lost, m.comparator_version
FROM masking AS m
JOIN asked_product AS p ON p.product = m.product
WHERE m.event_kind = 'pt' AND (m.is_unmasked OR m.is_lost)
ORDER BY m.product, abs(m.ic_shift) DESC, m.event, m.comparator, m.kind, m.removed

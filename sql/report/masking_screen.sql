-- How far the closed form of masking is from the recount, over all removals of one kind asked about for each asked product.
-- Reads: masking, asked_product
SELECT
  m.product, m.event_kind, m.comparator, m.kind, count(*) AS n_removals,
  count(*) FILTER (WHERE m.ic_screen IS NULL) AS n_unanswered,
  count(*) FILTER (WHERE m.is_unmasked) AS n_unmasked, count(*) FILTER (WHERE m.is_lost) AS n_lost,
  median(abs(m.screen_error)) AS median_error, quantile_cont(abs(m.screen_error), 0.95) AS error_95,
  max(abs(m.screen_error)) AS largest_error
FROM masking AS m
JOIN asked_product AS p ON p.product = m.product
GROUP BY m.product, m.event_kind, m.comparator, m.kind
ORDER BY m.product, m.event_kind, m.comparator, m.kind

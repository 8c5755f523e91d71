-- Cases known and expected of each asked product by quarter of the event, and by quarter of receipt.
-- Reads: nowcast, asked_product
SELECT
  n.product, n.series, n.endpoint, n.clock, n.origin_quarter, n.n_known, n.n_at_once, n.n_expected, n.n_expected_low,
  n.n_expected_high, n.share_known, n.n_delays, n.dispersion, n.reason
FROM nowcast AS n
JOIN asked_product AS p ON p.product = n.product
ORDER BY n.product, n.clock, n.series, n.endpoint, n.origin_quarter

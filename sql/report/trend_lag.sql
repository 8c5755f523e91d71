-- Days from event to first receipt of each asked product, and why cases could not be used.
-- Reads: reporting_lag, asked_product
SELECT
  l.product, l.n_cases, l.n_used, l.n_without_receipt_day, l.n_without_event_day, l.n_possibly_padded,
  l.n_before_event, l.n_outside_holdings, l.p10_days, l.p25_days, l.median_days,
  l.median_low_days, l.median_high_days, l.p75_days, l.p90_days, l.p90_low_days, l.p90_high_days,
  l.longest_days, l.n_longer, l.reason
FROM reporting_lag AS l
JOIN asked_product AS p ON p.product = l.product
ORDER BY l.product

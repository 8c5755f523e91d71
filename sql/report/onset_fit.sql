-- Onset of each asked product, endpoint and set of cases, by each method.
-- Reads: onset, asked_product
SELECT
  o.product, o.endpoint, o.case_set, o.method, o.n_read, o.n_used, o.n_same_day, o.lag_days, o.longest_follow_up_days,
  o.is_told, o.reason, o.shape, o.shape_low, o.shape_high, o.scale_days, o.scale_days_low, o.scale_days_high,
  o.log_likelihood, o.distance, o.least_followed, o.q1_days, o.median_days, o.median_days_low, o.median_days_high, o.q3_days, o.observed_q1_days, o.observed_median_days, o.observed_q3_days
FROM onset AS o
JOIN asked_product AS p ON p.product = o.product
ORDER BY o.product, o.endpoint, o.case_set, o.method

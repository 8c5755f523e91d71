-- Days from event to first receipt of each case of a product, or the first reason why they cannot be used.
-- Reads: dated_case
-- follow_up_days: days from the event to the end of the last quarter held.
SELECT
  product,
  CASE
    WHEN initial_receipt_date IS NULL THEN 'n_without_receipt_day'
    WHEN event_date IS NULL THEN 'n_without_event_day'
    WHEN is_possibly_padded THEN 'n_possibly_padded'
    WHEN initial_receipt_date < event_date THEN 'n_before_event'
    WHEN event_number < $start OR receipt_number > $last THEN 'n_outside_holdings'
    ELSE 'n_used'
  END AS use,
  (initial_receipt_date - event_date)::BIGINT AS lag_days,
  ($last_day::DATE - event_date)::BIGINT AS follow_up_days
FROM dated_case
ORDER BY product, use, lag_days, follow_up_days, case_id

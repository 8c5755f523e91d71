-- Days from event to first receipt that the given share of the CAR-T cases with an exact event date does not exceed.
-- Reads: onset_event
-- It is too short where events are recent: those reported late are not there yet.
SELECT
  coalesce(quantile_disc(date_diff('day', event_date, initial_receipt_date), $lag_share), 0)::BIGINT AS lag_days,
  count(*) AS n_cases
FROM onset_event
WHERE event_date IS NOT NULL AND NOT is_padded AND initial_receipt_date >= event_date

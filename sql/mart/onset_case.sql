-- Days from infusion to event of each case with an endpoint, in each set of cases, and the first reason to leave it out.
-- Reads: onset_member, onset_set, onset_infusion, onset_event, onset_lag, vocabulary_endpoint, vocabulary_endpoint_outcome, vocabulary_product
-- Infusion is day 0. The order of the reasons is that of the vocabulary's rules of onset. A case is in the data where its
-- event and its own way to FDA end by the data-lock point, so its own lag is taken off its follow-up.
WITH dated AS (
  SELECT
    m.product, m.endpoint, s.case_set, m.case_id, m.has_other, s.without_other_endpoints,
    p.has_index_rule, m.endpoint IN (SELECT endpoint FROM vocabulary_endpoint_outcome) AS is_outcome,
    e.event_date, e.has_text AS has_event_text, e.is_partial AS is_event_partial,
    e.is_padded OR (s.drops_firsts AND e.is_first) AS is_padded,
    i.infusion_date, i.has_text AS has_infusion_text, i.has_partial AS has_infusion_partial, i.has_several,
    v.approval_date - to_years($years_before_approval) AS earliest_infusion,
    date_diff('day', i.infusion_date, e.event_date) AS days,
    s.lag, e.initial_receipt_date,
    date_diff('day', i.infusion_date, $last_day) - CASE s.lag
      WHEN 'own' THEN date_diff('day', e.event_date, e.initial_receipt_date)
      WHEN 'fixed' THEN l.lag_days
      ELSE 0
    END AS follow_up_days
  FROM onset_member AS m
  CROSS JOIN onset_set AS s
  CROSS JOIN onset_lag AS l
  JOIN vocabulary_endpoint AS p ON p.endpoint = m.endpoint
  JOIN vocabulary_product AS v ON v.product = m.product
  JOIN onset_event AS e ON e.case_id = m.case_id
  JOIN onset_infusion AS i ON i.product = m.product AND i.case_id = m.case_id
),
judged AS (
  SELECT
    *,
    CASE
      WHEN has_index_rule THEN 'unreviewed'
      WHEN is_outcome THEN 'outcome'
      WHEN without_other_endpoints AND has_other THEN 'other_endpoint'
      WHEN NOT has_event_text THEN 'no_event_date'
      WHEN is_event_partial THEN 'partial_event_date'
      WHEN NOT has_infusion_text THEN 'no_infusion_date'
      WHEN infusion_date IS NULL AND has_infusion_partial AND NOT has_several THEN 'partial_infusion_date'
      WHEN has_several THEN 'several_infusion_dates'
      WHEN is_padded THEN 'padded'
      WHEN days < 0 THEN 'before_infusion'
      WHEN days IS NULL OR event_date > $last_day OR infusion_date < earliest_infusion THEN 'impossible'
      WHEN lag = 'own'
        AND coalesce(initial_receipt_date < event_date OR initial_receipt_date > $last_day, true) THEN 'no_receipt'
      WHEN days > follow_up_days THEN 'within_lag'
    END AS reason
  FROM dated
)
SELECT
  $as_of AS as_of, product, endpoint, case_set, case_id,
  CASE WHEN NOT has_index_rule AND NOT is_outcome THEN days END AS days,
  CASE WHEN NOT has_index_rule AND NOT is_outcome THEN follow_up_days END AS follow_up_days,
  reason
FROM judged
ORDER BY product, endpoint, case_set, case_id

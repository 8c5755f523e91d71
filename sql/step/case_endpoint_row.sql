-- Each counted case with each endpoint and scope, by each listed term and each outcome code such as death: it may repeat.
-- Reads: case_term, endpoint_term, malignancy_state, case_outcome, counted_case, vocabulary_endpoint_outcome, event
-- In second-malignancy endpoints a term counts only where it is not the disease treated and can be decided.
WITH by_term AS (
  SELECT t.case_id, v.event_id
  FROM case_term AS t
  JOIN endpoint_term AS v ON v.term_id = t.event_id
  LEFT JOIN malignancy_state AS m ON m.case_id = t.case_id AND m.event_id = t.event_id
  WHERE NOT v.has_index_rule OR coalesce(m.state, 'counted') = 'counted'
),
by_outcome AS (
  SELECT c.case_id, e.event_id
  FROM case_outcome AS o
  JOIN vocabulary_endpoint_outcome AS v ON v.outcome_code = o.outcome_code
  JOIN event AS e ON e.event_kind = 'endpoint' AND e.event = v.endpoint
  JOIN counted_case AS c ON c.quarter = o.quarter AND c.report_id = o.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = o.case_id)
)
SELECT case_id, event_id FROM by_term
UNION ALL
SELECT case_id, event_id FROM by_outcome

-- Cases that no longer have an endpoint once preferred terms are dropped: they have it by no other term or outcome code.
-- Reads: dropped_term, removal_event, endpoint_term, case_endpoint, case_term, malignancy_state, case_outcome, vocabulary_endpoint_outcome, counted_case, event
-- Only endpoints that share a term can lose a case.
WITH dropped AS (
  SELECT r.removal_id, v.event_id, r.term_id
  FROM dropped_term AS r
  JOIN removal_event AS v ON v.removal_id = r.removal_id
),
shared AS (
  SELECT DISTINCT d.removal_id, d.event_id
  FROM dropped AS d
  JOIN endpoint_term AS t ON t.event_id = d.event_id AND t.term_id = d.term_id
),
left_term AS (
  SELECT s.removal_id, s.event_id, t.term_id, t.has_index_rule
  FROM shared AS s
  JOIN endpoint_term AS t ON t.event_id = s.event_id
  LEFT JOIN dropped AS d ON d.removal_id = s.removal_id AND d.event_id = s.event_id AND d.term_id = t.term_id
  WHERE d.term_id IS NULL
),
kept AS (
  SELECT t.removal_id, t.event_id, c.case_id
  FROM left_term AS t
  JOIN case_term AS c ON c.event_id = t.term_id
  LEFT JOIN malignancy_state AS m ON m.case_id = c.case_id AND m.event_id = c.event_id
  WHERE NOT t.has_index_rule OR coalesce(m.state, 'counted') = 'counted'
  UNION
  SELECT s.removal_id, s.event_id, c.case_id
  FROM shared AS s
  JOIN event AS e ON e.event_id = s.event_id
  JOIN vocabulary_endpoint_outcome AS v ON v.endpoint = e.event
  JOIN case_outcome AS o ON o.outcome_code = v.outcome_code
  JOIN counted_case AS c ON c.quarter = o.quarter AND c.report_id = o.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = o.case_id)
)
SELECT s.removal_id, e.case_id, s.event_id
FROM shared AS s
JOIN case_endpoint AS e ON e.event_id = s.event_id
LEFT JOIN kept AS k ON k.removal_id = s.removal_id AND k.event_id = s.event_id AND k.case_id = e.case_id
WHERE k.case_id IS NULL

-- Each current case once for each endpoint and scope: by a listed term, or by an outcome code such as death.
-- Reads: case_term, event, vocabulary_endpoint, vocabulary_endpoint_term, malignancy_state, case_outcome, case_current, vocabulary_endpoint_outcome
-- In second-malignancy endpoints a term counts only where it is not the disease treated and can be decided.
WITH by_term AS (
  SELECT t.case_id, v.endpoint, v.scope
  FROM case_term AS t
  JOIN event AS e ON e.event_id = t.event_id
  JOIN vocabulary_endpoint_term AS v ON v.pt = e.pt
  JOIN vocabulary_endpoint AS p ON p.endpoint = v.endpoint
  LEFT JOIN malignancy_state AS m ON m.case_id = t.case_id AND m.event_id = t.event_id
  WHERE NOT p.has_index_rule OR coalesce(m.state, 'counted') = 'counted'
),
by_outcome AS (
  SELECT c.case_id, v.endpoint, s.scope
  FROM case_outcome AS o
  JOIN case_current AS c ON c.quarter = o.quarter AND c.report_id = o.report_id
  JOIN vocabulary_endpoint_outcome AS v ON v.outcome_code = o.outcome_code
  CROSS JOIN (VALUES ('narrow'), ('broad')) AS s (scope)
)
SELECT DISTINCT f.case_id, e.event_id
FROM (SELECT * FROM by_term UNION ALL SELECT * FROM by_outcome) AS f
JOIN event AS e ON e.event_kind = 'endpoint' AND e.event = f.endpoint AND e.scope = f.scope

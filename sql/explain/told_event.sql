-- The cases that report a term of an event asked about, the terms, and whether one of them makes the event by itself.
-- Reads: question, event, endpoint_term, case_term, malignancy_state
WITH listed AS (
  SELECT event_id, term_id, has_index_rule FROM endpoint_term
  UNION ALL
  SELECT event_id, event_id, false FROM event WHERE event_kind = 'pt'
)
SELECT
  q.question_id, t.case_id, string_agg(DISTINCT e.pt, '|' ORDER BY e.pt) AS terms,
  bool_or(NOT v.has_index_rule OR coalesce(m.state, 'counted') = 'counted') AS is_counted
FROM question AS q
JOIN listed AS v ON v.event_id = q.event_id
JOIN event AS e ON e.event_id = v.term_id
JOIN case_term AS t ON t.event_id = v.term_id
LEFT JOIN malignancy_state AS m ON m.case_id = t.case_id AND m.event_id = t.event_id
GROUP BY q.question_id, t.case_id

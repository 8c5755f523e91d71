-- The cell of each case of the comparison asked about.
-- Reads: compared_case, case_event, asked_event
WITH reported AS (
  SELECT DISTINCT e.case_id FROM case_event AS e SEMI JOIN asked_event AS q ON q.event_id = e.event_id
)
SELECT
  1 AS question_id, p.case_id,
  CASE
    WHEN p.is_exposed THEN CASE WHEN r.case_id IS NULL THEN 'b' ELSE 'a' END
    ELSE CASE WHEN r.case_id IS NULL THEN 'd' ELSE 'c' END
  END AS cell
FROM compared_case AS p
LEFT JOIN reported AS r ON r.case_id = p.case_id

-- A patient has an event of one term on one day once.
-- Reads: study_event
SELECT 'study_event' AS "table", subject_id, event_number AS row_number, 'the same term on the same day' AS reason
FROM study_event
WHERE start_date IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY subject_id, upper(pt), start_date ORDER BY event_number) > 1

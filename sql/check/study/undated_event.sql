-- The day an event began is known.
-- Reads: study_event
SELECT 'study_event' AS "table", subject_id, event_number AS row_number,
  coalesce('only the ' || start_precision || ' is known', 'no day that can be read') AS reason
FROM study_event
WHERE start_date IS NULL

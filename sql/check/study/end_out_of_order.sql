-- An event ends no sooner than it began, and does not go on after its end.
-- Reads: study_event
SELECT 'study_event' AS "table", subject_id, event_number AS row_number, 'end before beginning' AS reason
FROM study_event
WHERE coalesce(end_latest, end_date) < coalesce(start_earliest, start_date)
UNION ALL
SELECT 'study_event', subject_id, event_number, 'told to go on after its end'
FROM study_event
WHERE ongoing_date > coalesce(end_latest, end_date)

-- An event ends with the patient's life at the latest.
-- Reads: study_subject, study_event
SELECT 'study_event' AS "table", e.subject_id, e.event_number AS row_number, 'end after death' AS reason
FROM study_event AS e
INNER JOIN study_subject AS s ON s.subject_id = e.subject_id
WHERE greatest(coalesce(e.end_earliest, e.end_date), e.ongoing_date) > s.death_date

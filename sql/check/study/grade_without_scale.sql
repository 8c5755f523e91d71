-- A grade names its scale.
-- Reads: study_event
SELECT 'study_event' AS "table", subject_id, event_number AS row_number, 'a grade without a scale' AS reason
FROM study_event
WHERE grade IS NOT NULL AND scale IS NULL

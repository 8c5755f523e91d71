-- What a patient is followed for happens on or after the day of infusion.
-- Reads: study_subject, study_event, study_visit, study_response, study_malignancy
WITH dated AS (
  SELECT 'study_event' AS "table", subject_id, event_number AS row_number, start_date AS day FROM study_event
  UNION ALL SELECT 'study_visit', subject_id, visit_number, visit_date FROM study_visit WHERE visit IS NOT NULL
  UNION ALL SELECT 'study_response', subject_id, assessment_number, assessment_date FROM study_response
  UNION ALL SELECT 'study_malignancy', subject_id, malignancy_number, diagnosis_date FROM study_malignancy
)
SELECT d."table", d.subject_id, d.row_number, 'before infusion' AS reason
FROM dated AS d
INNER JOIN study_subject AS s ON s.subject_id = d.subject_id
WHERE d.day < s.infusion_date

-- Nothing befalls a patient after death.
-- Reads: study_subject, study_infusion, study_event, study_visit, study_treatment, study_response, study_malignancy, study_sample
WITH dated AS (
  SELECT 'study_infusion' AS "table", subject_id, infusion_number AS row_number, infusion_date AS day FROM study_infusion
  UNION ALL SELECT 'study_event', subject_id, event_number, start_date FROM study_event
  UNION ALL SELECT 'study_visit', subject_id, visit_number, visit_date FROM study_visit
  UNION ALL SELECT 'study_treatment', subject_id, treatment_number, start_date FROM study_treatment
  UNION ALL SELECT 'study_response', subject_id, assessment_number, assessment_date FROM study_response
  UNION ALL SELECT 'study_malignancy', subject_id, malignancy_number, diagnosis_date FROM study_malignancy
  UNION ALL SELECT 'study_sample', subject_id, sample_number, sample_date FROM study_sample
)
SELECT d."table", d.subject_id, d.row_number, 'after death' AS reason
FROM dated AS d
INNER JOIN study_subject AS s ON s.subject_id = d.subject_id
WHERE d.day > s.death_date

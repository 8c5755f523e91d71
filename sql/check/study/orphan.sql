-- What befell a patient belongs to a patient of the study.
-- Reads: study_subject, study_infusion, study_event, study_visit, study_treatment, study_response, study_malignancy, study_sample, study_safety_report
WITH child AS (
  SELECT 'study_infusion' AS "table", subject_id, infusion_number AS row_number FROM study_infusion
  UNION ALL SELECT 'study_event', subject_id, event_number FROM study_event
  UNION ALL SELECT 'study_visit', subject_id, visit_number FROM study_visit
  UNION ALL SELECT 'study_treatment', subject_id, treatment_number FROM study_treatment
  UNION ALL SELECT 'study_response', subject_id, assessment_number FROM study_response
  UNION ALL SELECT 'study_malignancy', subject_id, malignancy_number FROM study_malignancy
  UNION ALL SELECT 'study_sample', subject_id, sample_number FROM study_sample
  UNION ALL SELECT 'study_safety_report', subject_id, safety_report_number FROM study_safety_report
)
SELECT c."table", c.subject_id, c.row_number, 'study_subject has no such patient' AS reason
FROM child AS c
LEFT JOIN study_subject AS s ON s.subject_id = c.subject_id
WHERE s.subject_id IS NULL

-- A key of the study's tables stands for one row.
-- Reads: study_subject, study_infusion, study_event, study_visit, study_treatment, study_response, study_malignancy, study_sample, study_safety_report
WITH keyed AS (
  SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number FROM study_subject
  UNION ALL SELECT 'study_infusion', subject_id, infusion_number FROM study_infusion
  UNION ALL SELECT 'study_event', subject_id, event_number FROM study_event
  UNION ALL SELECT 'study_visit', subject_id, visit_number FROM study_visit
  UNION ALL SELECT 'study_treatment', subject_id, treatment_number FROM study_treatment
  UNION ALL SELECT 'study_response', subject_id, assessment_number FROM study_response
  UNION ALL SELECT 'study_malignancy', subject_id, malignancy_number FROM study_malignancy
  UNION ALL SELECT 'study_sample', subject_id, sample_number FROM study_sample
  UNION ALL SELECT 'study_safety_report', subject_id, safety_report_number FROM study_safety_report
)
SELECT "table", subject_id, row_number, 'the key stands ' || count(*) || ' times' AS reason
FROM keyed
GROUP BY "table", subject_id, row_number
HAVING count(*) > 1

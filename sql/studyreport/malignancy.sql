-- Every malignancy reported after infusion, the latest diagnosis first.
-- Reads: study_malignancy, study_subject
SELECT
  m.subject_id,
  m.malignancy_number,
  s.indication,
  s.product,
  s.centre_id,
  m.pt,
  m.diagnosis_date,
  date_diff('day', s.infusion_date, m.diagnosis_date) AS days_since_infusion,
  m.histology_code,
  m.site,
  m.origin,
  m.is_sample_sent,
  m.sample_date,
  m.transgene_result,
  m.transgene_method,
  m.vector_copy_number,
  m.integration_site,
  m.is_clone_before_infusion,
  m.decision,
  m.decision_reason,
  m.decision_date,
  m.n_adjudicators,
  m.reported_date
FROM study_malignancy AS m
JOIN study_subject AS s ON s.subject_id = m.subject_id
ORDER BY m.diagnosis_date DESC NULLS FIRST, m.subject_id, m.malignancy_number

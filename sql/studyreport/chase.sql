-- Malignancies whose tissue has no result of the transgene test, unless adjudicated as none or as the index disease.
-- Reads: study_malignancy, study_subject
SELECT
  s.centre_id,
  m.subject_id,
  m.malignancy_number,
  m.pt,
  m.origin,
  m.diagnosis_date,
  m.is_sample_sent,
  m.sample_date,
  m.transgene_result,
  m.decision,
  m.reported_date
FROM study_malignancy AS m
JOIN study_subject AS s ON s.subject_id = m.subject_id
WHERE coalesce(m.transgene_result, 'not_tested') IN ('pending', 'not_tested')
  AND coalesce(m.decision, 'pending') IN ('second_primary', 'pending')
ORDER BY coalesce(m.origin, '') <> 't_cell', m.reported_date NULLS FIRST, m.subject_id, m.malignancy_number

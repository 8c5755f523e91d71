-- A result of the search for the transgene comes from a sample that was sent.
-- Reads: study_malignancy
SELECT 'study_malignancy' AS "table", subject_id, malignancy_number AS row_number,
  'transgene ' || transgene_result || ' without a sample' AS reason
FROM study_malignancy
WHERE transgene_result IN ('positive', 'low', 'negative')
  AND is_sample_sent IS NOT TRUE AND sample_date IS NULL

-- No two patients of a centre agree in sex, age, product and day of infusion.
-- Reads: study_subject
SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number,
  'agrees with ' || (n_alike - 1) || ' other of the centre' AS reason
FROM (
  SELECT subject_id, count(*) OVER (PARTITION BY centre_id, sex_code, age_years, product, infusion_date) AS n_alike
  FROM study_subject
  WHERE centre_id IS NOT NULL AND sex_code IS NOT NULL AND age_years IS NOT NULL AND infusion_date IS NOT NULL
)
WHERE n_alike > 1

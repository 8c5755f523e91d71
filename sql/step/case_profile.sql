-- What each counted case tells besides its stratum: its age interval, sex, year of receipt and region, as one number.
-- Reads: case_trait, vocabulary_age_interval, vocabulary_sex, vocabulary_region
-- 0 stands for what the report does not tell; the number is below 268435456.
WITH age AS (
  SELECT c.age_years, v.age_id
  FROM (SELECT DISTINCT age_years FROM case_trait) AS c
  JOIN vocabulary_age_interval AS v
    ON c.age_years >= v.from_years AND (v.below_years IS NULL OR c.age_years < v.below_years)
)
SELECT
  c.case_id,
  ((coalesce(a.age_id, 0) * 4 + coalesce(x.sex, 0)) * 16384 + coalesce(year(c.initial_receipt_date), 0)) * 64
  + coalesce(r.region, 0) AS told
FROM case_trait AS c
LEFT JOIN age AS a ON a.age_years = c.age_years
LEFT JOIN vocabulary_sex AS x ON x.code = c.sex_code
LEFT JOIN vocabulary_region AS r ON r.code = c.event_country_code

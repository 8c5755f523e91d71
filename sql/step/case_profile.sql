-- Each counted case once: its stratum of the comparators, its age interval, sex, year of receipt and region, as one number.
-- Reads: case_trait, stratum, vocabulary_age_interval, vocabulary_sex, vocabulary_region
-- 0 stands for what the report does not tell. One number, so that what follows groups and joins by one column.
WITH age AS (
  SELECT c.age_years, v.age_id
  FROM (SELECT DISTINCT age_years FROM case_trait) AS c
  JOIN vocabulary_age_interval AS v
    ON c.age_years >= v.from_years AND (v.below_years IS NULL OR c.age_years < v.below_years)
)
SELECT
  c.case_id,
  (((s.stratum_id * 64 + coalesce(a.age_id, 0)) * 4 + coalesce(x.sex, 0)) * 16384
   + coalesce(year(c.initial_receipt_date), 0)) * 64 + coalesce(r.region, 0) AS profile_id
FROM case_trait AS c
JOIN stratum AS s
  ON s.is_car_t = c.is_car_t AND s.products = c.products AND s.names_two_car_ts = c.names_two_car_ts
    AND s.received_since IS NOT DISTINCT FROM c.received_since AND s.age_band = c.age_band
    AND s.disease_groups = c.disease_groups AND s.is_indication_missing = c.is_indication_missing
    AND s.names_solicited = c.names_solicited
LEFT JOIN age AS a ON a.age_years = c.age_years
LEFT JOIN vocabulary_sex AS x ON x.code = c.sex_code
LEFT JOIN vocabulary_region AS r ON r.code = c.event_country_code

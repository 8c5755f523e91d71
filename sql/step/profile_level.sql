-- The level that the cases of each profile have of each variable, as its number; 0 is what their reports do not tell.
-- Reads: profile, stratum, vocabulary_age_interval, vocabulary_population
-- Of the populations that a case fits, by its age and the disease groups of its stratum, it belongs to the first.
WITH age_band AS (
  SELECT age_id, age_band FROM vocabulary_age_interval
),
population AS (
  SELECT p.profile_id, min(v.population) AS population
  FROM profile AS p
  JOIN stratum AS s ON s.stratum_id = p.stratum_id
  JOIN vocabulary_population AS v ON v.age_id = p.age_id AND (s.disease_groups & v.bit) <> 0
  GROUP BY p.profile_id
)
SELECT
  p.profile_id, p.stratum_id, coalesce(a.age_band, 0) AS age_band, p.sex, p.receipt_year, p.region,
  coalesce(x.population, 0) AS population, p.n_cases
FROM profile AS p
LEFT JOIN age_band AS a ON a.age_id = p.age_id
LEFT JOIN population AS x ON x.profile_id = p.profile_id

-- How the drug entries published in each quarter were resolved, for all roles and for those that count as exposure.
-- Reads: case_drug, drug_identity, exposure_role
-- Every entry of every report version counts once; resolved is all but those that stay a name or have none.
WITH entry AS (
  SELECT
    d.quarter, coalesce(d.role_code IN (SELECT role_code FROM exposure_role), false) AS is_exposure,
    i.resolution, count(*) AS n
  FROM case_drug AS d
  LEFT JOIN drug_identity AS i ON i.text_id = hash(hash(d.drug_name), hash(d.active_ingredient))
  GROUP BY ALL
),
grouped AS (
  SELECT quarter, 'all' AS role_group, resolution, n FROM entry
  UNION ALL
  SELECT quarter, 'exposure', resolution, n FROM entry WHERE is_exposure
),
counted AS (
  SELECT
    quarter, role_group,
    sum(n)::BIGINT AS n_rows,
    coalesce(sum(n) FILTER (WHERE resolution = 'car_t'), 0)::BIGINT AS n_car_t,
    coalesce(sum(n) FILTER (WHERE resolution = 'published'), 0)::BIGINT AS n_published,
    coalesce(sum(n) FILTER (WHERE resolution = 'learned'), 0)::BIGINT AS n_learned,
    coalesce(sum(n) FILTER (WHERE resolution = 'parsed'), 0)::BIGINT AS n_parsed,
    coalesce(sum(n) FILTER (WHERE resolution = 'name'), 0)::BIGINT AS n_name_only,
    coalesce(sum(n) FILTER (WHERE resolution IS NULL), 0)::BIGINT AS n_unnamed
  FROM grouped
  GROUP BY quarter, role_group
)
SELECT
  $as_of AS as_of, quarter, role_group, n_rows, n_car_t, n_published, n_learned, n_parsed, n_name_only, n_unnamed,
  (n_car_t + n_published + n_learned + n_parsed) / n_rows AS share_resolved
FROM counted
ORDER BY quarter, role_group

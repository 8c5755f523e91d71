-- Infused patients by one characteristic after the other, for all and for each indication.
-- Reads: study_subject, study_age
WITH described AS (
  SELECT
    coalesce(indication, 'unknown') AS indication,
    unnest([
      {name: 'sex', level: coalesce(sex_code, 'unknown')},
      {name: 'age_band', level: coalesce(b.age_band, 'unknown')},
      {name: 'product', level: coalesce(product, 'unknown')},
      {
        name: 'prior_lines',
        level: CASE
          WHEN n_prior_lines IS NULL THEN 'unknown' WHEN n_prior_lines >= 4 THEN '4 and more' ELSE n_prior_lines::VARCHAR
        END
      },
      {
        name: 'prior_transplant',
        level: CASE has_prior_transplant WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'unknown' END
      },
      {name: 'reporting_track', level: coalesce(reporting_track, 'unknown')},
      {name: 'specification', level: CASE is_in_specification WHEN true THEN 'yes' WHEN false THEN 'no' ELSE 'unknown' END}
    ], recursive := true)
  FROM study_subject AS s
  LEFT JOIN study_age AS b ON s.age_years >= b.from_years AND (b.below_years IS NULL OR s.age_years < b.below_years)
  WHERE s.infusion_date IS NOT NULL
)
SELECT
  name AS characteristic,
  level,
  CASE WHEN grouping(indication) = 1 THEN 'all' ELSE 'indication=' || indication END AS population,
  count(*) AS n_patients
FROM described
GROUP BY GROUPING SETS ((name, level), (name, level, indication))
ORDER BY characteristic, level, population

-- Counted cases of each drug key at each level of one variable, where their reports tell it.
-- Reads: exposure, drug, case_profile, profile_level
-- The group of all CAR-Ts is left out: its members hold its cases.
SELECT x.drug_id, l.level, count(*) AS n_cases
FROM exposure AS x
JOIN case_profile AS p ON p.case_id = x.case_id
JOIN (
  SELECT
    profile_id,
    CASE $variable WHEN 'age_band' THEN age_band WHEN 'sex' THEN sex WHEN 'receipt_year' THEN receipt_year WHEN 'region' THEN region END
      AS level
  FROM profile_level
) AS l ON l.profile_id = p.profile_id
WHERE l.level > 0 AND x.drug_id NOT IN (SELECT drug_id FROM drug WHERE drug = 'any_car_t')
GROUP BY x.drug_id, l.level
ORDER BY x.drug_id, l.level

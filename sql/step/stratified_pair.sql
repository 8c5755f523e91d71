-- Counted cases with each drug key and endpoint together, where their reports tell the level of one variable.
-- Reads: exposure, drug, case_endpoint, case_profile, profile_level
WITH told AS (
  SELECT p.case_id
  FROM case_profile AS p
  JOIN profile_level AS l ON l.profile_id = p.profile_id
  WHERE
    CASE $variable WHEN 'age_band' THEN l.age_band WHEN 'sex' THEN l.sex WHEN 'receipt_year' THEN l.receipt_year WHEN 'region' THEN l.region END
    > 0
)
SELECT x.drug_id, e.event_id, count(*) AS a
FROM case_endpoint AS e
JOIN told AS t ON t.case_id = e.case_id
JOIN exposure AS x ON x.case_id = e.case_id
WHERE x.drug_id NOT IN (SELECT drug_id FROM drug WHERE drug = 'any_car_t')
GROUP BY x.drug_id, e.event_id
ORDER BY x.drug_id, e.event_id

-- Counted cases that name, in a role that counts as exposure, a drug whose reports are mostly solicited.
-- Reads: exposure, drug, vocabulary_solicited_drug
WITH solicited AS (
  SELECT DISTINCT d.drug_id FROM drug AS d JOIN vocabulary_solicited_drug AS s ON contains(d.drug, s.name)
)
SELECT DISTINCT x.case_id
FROM exposure AS x
JOIN solicited AS s ON s.drug_id = x.drug_id

-- Counted cases that name, in a role that counts as exposure, a drug whose reports are mostly solicited.
-- Reads: exposure, drug, vocabulary_solicited_drug
SELECT DISTINCT x.case_id
FROM exposure AS x
JOIN drug AS d ON d.drug_id = x.drug_id
JOIN vocabulary_solicited_drug AS s ON contains(d.drug, s.name)

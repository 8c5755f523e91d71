-- Every distinct way a drug entry is written in the reports held.
-- Reads: case_drug
SELECT DISTINCT drug_name, active_ingredient, ingredients
FROM case_drug
WHERE drug_name IS NOT NULL OR active_ingredient IS NOT NULL

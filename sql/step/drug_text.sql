-- Every distinct way a drug entry is written in the reports held.
-- Reads: case_drug
SELECT drug_name, active_ingredient, any_value(ingredients) AS ingredients
FROM case_drug
WHERE drug_name IS NOT NULL OR active_ingredient IS NOT NULL
GROUP BY drug_name, active_ingredient

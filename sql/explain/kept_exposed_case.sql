-- Each counted case once for each CAR-T product it names in a role that counts as exposure.
-- Reads: exposure, drug, vocabulary_product
SELECT $as_of AS as_of, d.drug AS product, x.case_id
FROM exposure AS x
JOIN drug AS d ON d.drug_id = x.drug_id
SEMI JOIN vocabulary_product AS v ON v.product = d.drug
ORDER BY product, case_id

-- One number for each drug key.
-- Reads: drug_key
SELECT row_number() OVER (ORDER BY drug) AS drug_id, drug, bool_or(is_car_t) AS is_car_t
FROM drug_key
GROUP BY drug

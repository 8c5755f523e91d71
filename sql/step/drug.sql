-- One number for each drug that any drug text counts as: CAR-T product, base of an active ingredient, or tidied name.
-- Reads: drug_identity
WITH named AS (
  SELECT unnest(drugs) AS drug, resolution = 'car_t' AS is_car_t FROM drug_identity
)
SELECT row_number() OVER (ORDER BY drug) AS drug_id, drug, bool_or(is_car_t) AS is_car_t
FROM named
GROUP BY drug

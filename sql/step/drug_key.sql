-- Each drug text once for each drug it counts as: CAR-T product, else base of an active ingredient, else tidied name.
-- Reads: drug_identity, drug
WITH named AS (
  SELECT text_id, unnest(drugs) AS drug, resolution = 'car_t' AS is_car_t FROM drug_identity
)
SELECT k.text_id, k.drug, k.is_car_t, d.drug_id
FROM named AS k
JOIN drug AS d ON d.drug = k.drug

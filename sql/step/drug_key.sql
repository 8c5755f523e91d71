-- What each drug text counts as: its CAR-T products, else its active ingredients, else its tidied name.
-- Reads: drug_text, drug_product
WITH named AS (
  SELECT t.drug_name, t.active_ingredient, p.product AS drug, true AS is_car_t
  FROM drug_text AS t
  JOIN drug_product AS p
    ON p.drug_name IS NOT DISTINCT FROM t.drug_name AND p.active_ingredient IS NOT DISTINCT FROM t.active_ingredient
),
other AS (
  SELECT
    t.drug_name, t.active_ingredient, t.ingredients,
    trim(regexp_replace(regexp_replace(upper(t.drug_name), '\s+', ' ', 'g'), '[\s.]+$', '')) AS tidied_name
  FROM drug_text AS t
  ANTI JOIN drug_product AS p
    ON p.drug_name IS NOT DISTINCT FROM t.drug_name AND p.active_ingredient IS NOT DISTINCT FROM t.active_ingredient
)
SELECT drug_name, active_ingredient, drug, is_car_t FROM named
UNION ALL
SELECT drug_name, active_ingredient, unnest(ingredients), false FROM other WHERE len(ingredients) > 0
UNION ALL
SELECT drug_name, active_ingredient, tidied_name, false
FROM other
WHERE coalesce(len(ingredients), 0) = 0 AND tidied_name <> ''

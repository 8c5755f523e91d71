-- What a drug text counts as when cases are compared: its CAR-T products, else its ingredients, else its tidied name.
-- Reads: drug_text, drug_product
-- Worked out from the text alone, never from other rows, so that a quarter more changes no comparison.
WITH product AS (
  SELECT text_id, product FROM drug_product WHERE product <> 'any_car_t'
),
other AS (
  SELECT t.text_id, t.ingredients, t.name_key FROM drug_text AS t ANTI JOIN product AS p ON p.text_id = t.text_id
)
SELECT text_id, product AS term, true AS is_car_t FROM product
UNION ALL
SELECT text_id, unnest(list_distinct(ingredients)), false FROM other WHERE len(ingredients) > 0
UNION ALL
SELECT text_id, name_key, false FROM other WHERE coalesce(len(ingredients), 0) = 0 AND name_key IS NOT NULL

-- For every name, the ingredient sets published beside it and the rows that do so.
-- Reads: drug_text, drug_product, published_set
WITH published AS (
  SELECT t.name_key, s.ingredients, sum(t.n_rows)::BIGINT AS n_rows
  FROM drug_text AS t
  ANTI JOIN drug_product AS p ON p.text_id = t.text_id
  JOIN published_set AS s ON s.active_ingredient = t.active_ingredient
  WHERE t.name_key IS NOT NULL
  GROUP BY t.name_key, s.ingredients
)
SELECT name_key, ingredients, n_rows, sum(n_rows) OVER (PARTITION BY name_key)::BIGINT AS n_named FROM published

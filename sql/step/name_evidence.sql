-- For every name asked about, the ingredient sets published beside it and the distinct cases that do so.
-- Reads: case_drug, drug_text, drug_product, published_set, name_part
-- Asked about: names in rows without a published set, what such names were cut into, and the words before their
-- brackets. A case counts once for a set, whatever its dose lines and versions; a report that tells no case is its own.
-- The empty set is that of placeholders: published, but no ingredient.
-- n_named is the sum over the sets of a name: a case that publishes two sets is evidence against both.
WITH asked AS (
  SELECT t.name_key
  FROM drug_text AS t
  ANTI JOIN published_set AS s ON s.active_ingredient = t.active_ingredient
  WHERE t.name_key IS NOT NULL
  UNION
  SELECT text FROM name_part
  UNION
  SELECT unnest(regexp_split_to_array(text, '[^\pL\pN]+')) FROM name_part WHERE reading = 'before' AND part = 0
),
published AS (
  SELECT
    t.text_id, t.name_key, coalesce(s.ingredients, []) AS ingredients,
    dense_rank() OVER (ORDER BY t.name_key, coalesce(s.ingredients, [])) AS set_number
  FROM drug_text AS t
  SEMI JOIN asked AS a ON a.name_key = t.name_key
  ANTI JOIN drug_product AS p ON p.text_id = t.text_id
  LEFT JOIN published_set AS s ON s.active_ingredient = t.active_ingredient
  WHERE len(t.ingredients) > 0
),
witness AS (
  SELECT DISTINCT p.set_number, coalesce(d.case_id, -d.report_id) AS witness
  FROM case_drug AS d
  JOIN published AS p ON p.text_id = hash(hash(d.drug_name), hash(d.active_ingredient))
  WHERE d.active_ingredient IS NOT NULL
),
counted AS (
  SELECT set_number, count(*) AS n_cases FROM witness GROUP BY set_number
)
SELECT p.name_key, p.ingredients, c.n_cases, sum(c.n_cases) OVER (PARTITION BY p.name_key)::BIGINT AS n_named
FROM (SELECT DISTINCT set_number, name_key, ingredients FROM published) AS p
JOIN counted AS c ON c.set_number = p.set_number

-- The ingredients that a part of a name stands for: what its name was learned to be, else the published ingredient it is.
-- Reads: name_part, base_name, learned_name, name_evidence, published_set, drug_text, drug_product
-- A salt that may be a second drug (FUROSEMIDE POTASSIUM) needs the whole text to be a published ingredient.
-- A part that is not learned, and whose own rows publish anything else than itself, stands for nothing.
-- n_cases, n_named and share are the evidence of learning: empty where the part is itself a published ingredient.
WITH part AS (
  SELECT DISTINCT text FROM name_part
),
known_ingredient AS (
  SELECT DISTINCT unnest(s.ingredients) AS base
  FROM drug_text AS t
  ANTI JOIN drug_product AS p ON p.text_id = t.text_id
  JOIN published_set AS s ON s.active_ingredient = t.active_ingredient
),
published_ingredient AS (
  SELECT DISTINCT unnest(ingredients) AS name FROM drug_text WHERE len(ingredients) > 0
),
disputed AS (
  SELECT e.name_key
  FROM name_evidence AS e
  JOIN base_name AS b ON b.name = e.name_key
  WHERE len(e.ingredients) > 0 AND e.ingredients <> [b.base]
  EXCEPT
  SELECT name_key FROM learned_name
)
SELECT p.text, coalesce(l.ingredients, [k.base]) AS ingredients, l.n_cases, l.n_named, l.share
FROM part AS p
JOIN base_name AS b ON b.name = p.text
LEFT JOIN learned_name AS l ON l.name_key = p.text
LEFT JOIN known_ingredient AS k ON k.base = b.base
    AND (NOT regexp_matches(p.text, $own_drug_end) OR p.text IN (SELECT name FROM published_ingredient))
ANTI JOIN disputed AS d ON d.name_key = p.text
WHERE l.name_key IS NOT NULL OR k.base IS NOT NULL

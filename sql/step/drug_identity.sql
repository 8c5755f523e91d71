-- What each drug text counts as, how that was found and with what evidence; the first of these that says anything.
-- Reads: drug_text, drug_product, published_set, learned_name, parsed_name
-- car_t: the CAR-T products it names. published: its active ingredients. learned: the ingredients published beside the
-- same name in other cases. parsed: the ingredients its name spells. name: the tidied name itself.
-- n_evidence: cases that publish the set beside the name, of n_named; empty where the name is itself an ingredient.
WITH car_t AS (
  SELECT text_id, list(product ORDER BY product) AS products FROM drug_product GROUP BY text_id
)
SELECT
  t.text_id, t.name_key, t.n_rows,
  CASE
    WHEN c.text_id IS NOT NULL THEN 'car_t'
    WHEN s.active_ingredient IS NOT NULL THEN 'published'
    WHEN l.name_key IS NOT NULL THEN 'learned'
    WHEN p.name_key IS NOT NULL THEN 'parsed'
    ELSE 'name'
  END AS resolution,
  coalesce(c.products, s.ingredients, l.ingredients, p.ingredients, [t.name_key]) AS drugs,
  CASE WHEN c.text_id IS NULL AND s.active_ingredient IS NULL THEN coalesce(l.n_cases, p.n_cases) END AS n_evidence,
  CASE WHEN c.text_id IS NULL AND s.active_ingredient IS NULL THEN coalesce(l.n_named, p.n_named) END AS n_named,
  CASE WHEN c.text_id IS NULL AND s.active_ingredient IS NULL THEN coalesce(l.share, p.share) END AS share,
  CASE WHEN c.text_id IS NULL AND s.active_ingredient IS NULL AND l.name_key IS NULL THEN p.read_as END AS read_as
FROM drug_text AS t
LEFT JOIN car_t AS c ON c.text_id = t.text_id
LEFT JOIN published_set AS s ON s.active_ingredient = t.active_ingredient
LEFT JOIN learned_name AS l ON l.name_key = t.name_key
LEFT JOIN parsed_name AS p ON p.name_key = t.name_key
WHERE c.text_id IS NOT NULL OR s.active_ingredient IS NOT NULL OR t.name_key IS NOT NULL

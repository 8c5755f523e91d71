-- The ingredient set of every published active-ingredient text: the bases of its ingredients, placeholders left out.
-- Reads: drug_text, base_name, vocabulary_salt
WITH published AS (
  SELECT DISTINCT active_ingredient, unnest(ingredients) AS ingredient FROM drug_text WHERE len(ingredients) > 0
)
SELECT p.active_ingredient, list(DISTINCT b.base ORDER BY b.base) AS ingredients
FROM published AS p
JOIN base_name AS b ON b.name = p.ingredient
WHERE p.ingredient NOT IN (SELECT text FROM vocabulary_salt WHERE kind = 'placeholder')
GROUP BY p.active_ingredient

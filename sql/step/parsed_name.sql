-- Names whose text itself tells the ingredients: its readings that mean anything agree, and no part is left unknown.
-- Reads: name_part, part_meaning, name_evidence, published_set, learned_name
-- A combination needs every part to be one known ingredient of three letters or more. What stands before a bracket
-- counts only where the bracket holds nothing but dose text, or means the same. Not read: a name whose own rows
-- publish another ingredient, and a bracket behind a word that is another drug: HEPARIN LOCK (WATER).
WITH whole AS (
  SELECT n.name_key, n.reading, n.text, m.ingredients, m.n_cases, m.n_named, m.share
  FROM name_part AS n
  JOIN part_meaning AS m ON m.text = n.text
  WHERE n.part = 0
),
combined AS (
  SELECT
    n.name_key, n.reading, string_agg(n.text, ' + ' ORDER BY n.part) AS text,
    list(DISTINCT m.ingredients[1] ORDER BY m.ingredients[1]) AS ingredients,
    min(m.n_cases) AS n_cases, min(m.n_named) AS n_named, min(m.share) AS share
  FROM name_part AS n
  LEFT JOIN part_meaning AS m ON m.text = n.text AND len(m.ingredients) = 1 AND length(n.text) >= 3
  ANTI JOIN whole AS w ON w.name_key = n.name_key AND w.reading = n.reading
  WHERE n.part > 0
  GROUP BY n.name_key, n.reading
  HAVING count(*) > 1 AND count(m.text) = count(*)
),
meant AS (
  SELECT * FROM whole
  UNION ALL
  SELECT * FROM combined
),
agreed AS (
  SELECT name_key, max(reading) AS reading
  FROM meant
  GROUP BY name_key
  HAVING count(DISTINCT ingredients) = 1
),
drug_word AS (
  SELECT DISTINCT unnest(ingredients) AS word, [unnest(ingredients)] AS ingredients FROM published_set
  UNION
  SELECT name_key, ingredients FROM learned_name
),
word_before AS (
  SELECT name_key, unnest(regexp_split_to_array(text, '[^\pL\pN]+')) AS word
  FROM name_part
  WHERE reading = 'before' AND part = 0
),
contradicted AS (
  SELECT b.name_key
  FROM word_before AS b
  JOIN drug_word AS w ON w.word = b.word
  JOIN meant AS m ON m.name_key = b.name_key AND m.reading = 'inside'
  WHERE
    length(b.word) > 3 AND NOT regexp_matches(b.word, $never_alone)
    AND NOT list_has_all(m.ingredients, w.ingredients) AND NOT list_contains(string_split(m.text, ' '), b.word)
)
SELECT m.name_key, m.ingredients, m.n_cases, m.n_named, m.share, m.text AS read_as
FROM meant AS m
JOIN agreed AS a ON a.name_key = m.name_key AND a.reading = m.reading
ANTI JOIN contradicted AS c ON c.name_key = m.name_key
ANTI JOIN name_evidence AS e
  ON e.name_key = m.name_key AND len(e.ingredients) > 0 AND e.ingredients <> m.ingredients
WHERE
  m.reading <> 'before'
  OR m.name_key NOT IN (SELECT name_key FROM name_part WHERE reading = 'inside' AND part = 0)

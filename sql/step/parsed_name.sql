-- Names whose text itself tells the ingredients: its readings that mean anything agree, and no part is left unknown.
-- Reads: name_part, part_meaning, name_evidence
-- A combination needs every part to be one known ingredient of three letters or more. What stands before a bracket
-- counts only where the bracket holds nothing but dose text, or means the same. A name whose own rows publish anything else is not read.
WITH whole AS (
  SELECT n.name_key, n.reading, n.text, m.ingredients, m.n_rows, m.n_named, m.share
  FROM name_part AS n
  JOIN part_meaning AS m ON m.text = n.text
  WHERE n.part = 0
),
combined AS (
  SELECT
    n.name_key, n.reading, string_agg(n.text, ' + ' ORDER BY n.part) AS text,
    list(DISTINCT m.ingredients[1] ORDER BY m.ingredients[1]) AS ingredients,
    min(m.n_rows) AS n_rows, min(m.n_named) AS n_named, min(m.share) AS share
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
)
SELECT m.name_key, m.ingredients, m.n_rows, m.n_named, m.share, m.text AS read_as
FROM meant AS m
JOIN agreed AS a ON a.name_key = m.name_key AND a.reading = m.reading
ANTI JOIN name_evidence AS e ON e.name_key = m.name_key AND e.ingredients <> m.ingredients
WHERE
  m.reading <> 'before'
  OR m.name_key NOT IN (SELECT name_key FROM name_part WHERE reading = 'inside' AND part = 0)

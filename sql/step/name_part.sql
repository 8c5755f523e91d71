-- How a drug name without a published ingredient may be read: whole, before its brackets or inside them, and in parts.
-- Reads: drug_text, drug_product
-- Catalogue numbers, dose text and form words at the end are cut. Part 0 is the whole reading; parts from 1 on are what
-- stands between / \ + & and AND. Never read: names with a word such as OR, NOT or PLACEBO,
-- brackets that do not close, text after a bracket.
WITH unnamed AS (
  SELECT DISTINCT
    t.name_key,
    CASE WHEN ends_with(t.name_key, '/') THEN trim(regexp_replace(t.name_key, '( ?/[0-9]{5,}/)+$', '')) ELSE t.name_key END AS name
  FROM drug_text AS t
  ANTI JOIN drug_product AS p ON p.text_id = t.text_id
  WHERE t.name_key IS NOT NULL AND coalesce(len(t.ingredients), 0) = 0 AND NOT regexp_matches(t.name_key, $never_read)
),
bracketed AS (
  SELECT
    name_key,
    regexp_extract(
      name, '^([^()]*)\(([^()]+)\)((?: ?\([A-Z]{0,3}\))*)([^()]*)$', ['before', 'inside', 'more', 'behind']
    ) AS piece
  FROM unnamed
  WHERE regexp_matches(name, '[()]')
),
reading AS (
  SELECT name_key, 'whole' AS reading, name AS text FROM unnamed WHERE NOT regexp_matches(name, '[()]')
  UNION ALL
  SELECT name_key, reading, trim(CASE reading WHEN 'before' THEN piece.before ELSE piece.inside END)
  FROM bracketed
  CROSS JOIN (SELECT unnest(['before', 'inside']) AS reading)
  WHERE piece.inside <> '' AND trim(regexp_extract(piece.behind, $dose_tail, 1), ' -') = ''
),
cleaned AS (
  SELECT
    name_key, reading,
    trim(CASE WHEN regexp_matches(text, $dose_end) THEN regexp_extract(text, $dose_tail, 1) ELSE text END, ' ,;.-') AS text
  FROM reading
),
split AS (
  SELECT name_key, reading, regexp_split_to_array(text, ' ?[/\\+&] ?| AND ') AS pieces
  FROM cleaned
  WHERE regexp_matches(text, '[/\\+&]| AND ')
),
piece AS (
  SELECT name_key, reading, trim(unnest(pieces)) AS text, generate_subscripts(pieces, 1) AS part FROM split
)
SELECT name_key, reading, 0 AS part, text FROM cleaned WHERE text <> ''
UNION ALL
SELECT
  name_key, reading, part,
  trim(CASE WHEN regexp_matches(text, $dose_end) THEN regexp_extract(text, $dose_tail, 1) ELSE text END, ' ,;.-')
FROM piece

-- Every distinct way a drug entry is written in the reports held, its tidied name and its published ingredients.
-- Reads: case_drug
-- text_id stands for the two texts wherever rows meet them; that no two texts share one is checked. A name without
-- any letter or digit is no name.
WITH written AS (
  SELECT drug_name, active_ingredient, count(*) AS n_rows
  FROM case_drug
  WHERE drug_name IS NOT NULL OR active_ingredient IS NOT NULL
  GROUP BY drug_name, active_ingredient
),
tidied AS (
  SELECT *, regexp_replace(trim(regexp_replace(upper(drug_name), '[\s\x{A0}]+', ' ', 'g')), '[ .]+$', '') AS tidied_name
  FROM written
)
SELECT
  hash(hash(drug_name), hash(active_ingredient)) AS text_id, drug_name, active_ingredient, n_rows,
  CASE WHEN regexp_matches(tidied_name, '[\pL\pN]') THEN tidied_name END AS name_key,
  list_filter(
    list_transform(string_split(upper(active_ingredient), '\'), lambda x: trim(regexp_replace(x, '[\s\x{A0}]+', ' ', 'g'))),
    lambda x: x <> ''
  ) AS ingredients
FROM tidied

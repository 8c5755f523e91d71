-- The base of every published ingredient and every part of a name: salt and hydrate words cut at its end.
-- Reads: drug_text, name_part
-- A salt word never makes another drug: a name that begins with an element, or that would leave only elements,
-- radicals or salts, loses its hydrate at most; and a name listed whole ends where the list says.
WITH name AS (
  SELECT unnest(ingredients) AS name FROM drug_text WHERE len(ingredients) > 0
  UNION
  SELECT text FROM name_part
),
cut AS (
  SELECT
    name, regexp_extract(name, $whole_name, 1) AS listed,
    CASE WHEN regexp_matches(name, $salt_end) THEN regexp_extract(name, $salt_tail, 1) ELSE name END AS without_salt
  FROM name
)
SELECT
  name,
  CASE
    WHEN listed <> '' THEN listed
    WHEN without_salt = name THEN name
    WHEN NOT regexp_matches(name, $element_first) AND NOT regexp_matches(without_salt, $never_alone) THEN without_salt
    WHEN regexp_matches(name, $hydrate_end) THEN regexp_extract(name, $hydrate_tail, 1)
    ELSE name
  END AS base
FROM cut

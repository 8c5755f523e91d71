-- Names beside which enough cases publish one ingredient set, and nearly all of those that publish anything.
-- Reads: name_evidence
-- The least share is above a half, so two sets never both reach it: a tie stays a name. Placeholders teach nothing.
SELECT name_key, ingredients, n_cases, n_named, n_cases / n_named AS share
FROM name_evidence
WHERE
  len(ingredients) > 0
  AND n_cases >= $minimum_cases AND n_cases / n_named >= $minimum_share AND n_cases / n_named > 0.5

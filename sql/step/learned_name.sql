-- Names whose rows publish one ingredient set often enough, and for nearly all of them.
-- Reads: name_evidence
-- The least share is above a half, so two sets never both reach it: a tie stays a name.
SELECT name_key, ingredients, n_rows, n_named, n_rows / n_named AS share
FROM name_evidence
WHERE n_rows >= $minimum_rows AND n_rows / n_named >= $minimum_share AND n_rows / n_named > 0.5

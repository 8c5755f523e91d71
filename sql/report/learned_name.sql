-- The fifty drug names that touch most entries by what was learned or parsed of them, with the evidence.
-- Reads: drug_identity
-- n_evidence, n_named: cases that publish the ingredients beside the name, of those that publish anything; n_rows: entries.
SELECT
  name_key AS name, resolution, array_to_string(drugs, ' + ') AS ingredients, sum(n_rows)::BIGINT AS n_rows,
  n_evidence, n_named, share, read_as
FROM drug_identity
WHERE resolution IN ('learned', 'parsed')
GROUP BY ALL
ORDER BY sum(n_rows) DESC, name_key
LIMIT 50

-- Cases under every number they carry: the manufacturer's, the authority's, and long runs of digits inside either.
-- Reads: keyed_case
SELECT unnest(number_ids) AS key, turn
FROM keyed_case
WHERE number_ids IS NOT NULL

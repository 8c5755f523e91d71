-- Cases under every number they carry: the manufacturer's, the authority's, and long runs of digits inside either.
-- Reads: keyed_case
SELECT hash(unnest(list_distinct(list_filter([number_key, authority_key], lambda k: k IS NOT NULL) || number_digits || authority_digits))) AS key, turn
FROM keyed_case
WHERE number_key IS NOT NULL OR authority_key IS NOT NULL

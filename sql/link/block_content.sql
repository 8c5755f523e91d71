-- Cases with a rare drug and a rare reaction under both, country and two months of receipt: their own and the one before.
-- Reads: keyed_case
SELECT hash(event_country_code, drug_id, reaction_id, unnest([receipt_month, receipt_month - 1])) AS key, turn
FROM keyed_case
WHERE has_rare_content AND receipt_month IS NOT NULL

-- Cases under the month of the event, age, sex and their rarest drug.
-- Reads: keyed_case
SELECT hash(event_month, age, sex_code, drug_id) AS key, turn
FROM keyed_case
WHERE event_month IS NOT NULL AND age IS NOT NULL AND sex_code IS NOT NULL AND drug_id IS NOT NULL

-- Cases under age, sex, country, their rarest drug and their rarest reaction, whatever the date.
-- Reads: keyed_case
SELECT hash(age, sex_code, event_country_code, drug_id, reaction_id) AS key, turn
FROM keyed_case
WHERE age IS NOT NULL AND sex_code IS NOT NULL AND drug_id IS NOT NULL AND reaction_id IS NOT NULL

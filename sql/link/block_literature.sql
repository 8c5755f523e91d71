-- Cases under either end of their literature reference and their rarest drug: a slip spoils one end only.
-- Reads: keyed_case
SELECT hash(unnest([left(literature_key, 24), 'the end: ' || right(literature_key, 24)]), drug_id) AS key, turn
FROM keyed_case
WHERE literature_key IS NOT NULL AND drug_id IS NOT NULL

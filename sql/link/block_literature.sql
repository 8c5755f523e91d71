-- Cases under either end of their literature reference and their rarest drug: a slip spoils one end only.
-- Reads: keyed_case
SELECT hash(unnest(literature_ids), drug_id) AS key, turn
FROM keyed_case
WHERE literature_ids IS NOT NULL AND drug_id IS NOT NULL

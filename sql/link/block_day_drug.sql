-- Cases under the day of the event and their rarest drug, whatever is known of the patient.
-- Reads: keyed_case
SELECT hash(event_day, drug_id) AS key, turn
FROM keyed_case
WHERE event_day IS NOT NULL AND drug_id IS NOT NULL

-- Cases under the day of the event, the country and their rarest reaction.
-- Reads: keyed_case
SELECT hash(event_day, event_country_code, reaction_id) AS key, turn
FROM keyed_case
WHERE event_day IS NOT NULL AND reaction_id IS NOT NULL

-- Cases under the day of the event, age and sex; a day and a month that could change places share a key.
-- Reads: keyed_case
SELECT
  hash(year(event_day), least(day(event_day), month(event_day)), greatest(day(event_day), month(event_day)), age, sex_code)
    AS key,
  turn
FROM keyed_case
WHERE event_day IS NOT NULL AND age IS NOT NULL AND sex_code IS NOT NULL

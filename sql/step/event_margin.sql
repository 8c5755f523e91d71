-- Distinct cases with each event, in one comparator's background.
-- Reads: case_event, population
SELECT e.event_id, count(*) AS n_event
FROM case_event AS e
JOIN population AS p ON p.case_id = e.case_id
GROUP BY e.event_id

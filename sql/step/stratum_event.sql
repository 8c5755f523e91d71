-- Distinct counted cases with each event, in each stratum.
-- Reads: case_event, case_stratum
SELECT s.stratum_id, e.event_id, count(*) AS n_cases
FROM case_event AS e
JOIN case_stratum AS s ON s.case_id = e.case_id
GROUP BY s.stratum_id, e.event_id

-- Distinct cases for each drug key and event that occur together, in one comparator's background.
-- Reads: exposure, case_event, population
SELECT x.drug_id, e.event_id, count(*) AS a
FROM exposure AS x
JOIN case_event AS e ON e.case_id = x.case_id
JOIN population AS p ON p.case_id = x.case_id
GROUP BY x.drug_id, e.event_id

-- Distinct counted cases with each endpoint, in each profile.
-- Reads: case_endpoint, case_profile
SELECT p.profile_id, e.event_id, count(*) AS n_cases
FROM case_endpoint AS e
JOIN case_profile AS p ON p.case_id = e.case_id
GROUP BY p.profile_id, e.event_id

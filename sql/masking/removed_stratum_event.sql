-- Cases that each removal takes out of each stratum and endpoint: those removed that have it, or those that only lose it.
-- Reads: removed_profile, removal_event, endpoint_bit, lost_case, case_stratum
SELECT p.removal_id, p.stratum_id, b.event_id, sum(p.n_cases) AS n_cases
FROM removed_profile AS p
JOIN removal_event AS v ON v.removal_id = p.removal_id
JOIN endpoint_bit AS b ON b.event_id = v.event_id
WHERE (p.endpoints & b.bit) <> 0
GROUP BY p.removal_id, p.stratum_id, b.event_id
UNION ALL
SELECT l.removal_id, s.stratum_id, l.event_id, count(*) AS n_cases
FROM lost_case AS l
JOIN case_stratum AS s ON s.case_id = l.case_id
GROUP BY l.removal_id, s.stratum_id, l.event_id

-- Distinct counted cases with each endpoint, narrow terms, in each stratum.
-- Reads: stratum_profile, endpoint_bit
SELECT p.stratum_id, b.event_id, sum(p.n_cases) AS n_cases
FROM stratum_profile AS p
JOIN endpoint_bit AS b ON (p.endpoints & b.bit) <> 0
GROUP BY p.stratum_id, b.event_id

-- How many counted cases of each stratum have each set of endpoints, narrow terms.
-- Reads: case_profile
SELECT stratum_id, endpoints, count(*) AS n_cases
FROM case_profile
GROUP BY stratum_id, endpoints

-- How many counted cases of each stratum have each set of endpoints, narrow terms.
-- Reads: masked_case
SELECT stratum_id, endpoints, count(*) AS n_cases
FROM masked_case
GROUP BY stratum_id, endpoints

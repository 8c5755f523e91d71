-- Cases that each removal takes out of each stratum.
-- Reads: removed_profile
SELECT removal_id, stratum_id, sum(n_cases) AS n_cases
FROM removed_profile
GROUP BY removal_id, stratum_id

-- Counted cases that each comparison leaves out of a side to which they would belong, by the reason.
-- Reads: compared_stratum, stratum
SELECT c.product, c.comparator, c.is_exposed, c.reason, sum(s.n_cases)::BIGINT AS n_cases
FROM compared_stratum AS c
JOIN stratum AS s ON s.stratum_id = c.stratum_id
WHERE c.reason IS NOT NULL
GROUP BY c.product, c.comparator, c.is_exposed, c.reason
ORDER BY c.product, c.comparator, c.is_exposed, c.reason

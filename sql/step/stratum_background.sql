-- The backgrounds of which each stratum is a part, as bits: those of the comparators asked for in which its cases stand on a side of the comparison of any product.
-- Reads: compared_stratum, asked_background
SELECT c.stratum_id, bit_or(b.bit) AS backgrounds
FROM compared_stratum AS c
JOIN asked_background AS b ON b.comparator = c.comparator
WHERE c.reason IS NULL
GROUP BY c.stratum_id

-- The counted cases of one comparison: those of the product, and those it is compared with.
-- Reads: case_stratum, compared_stratum
-- Cases on neither side are absent. What puts a case on a side is said in compared_stratum.sql.
SELECT s.case_id, c.is_exposed
FROM case_stratum AS s
JOIN compared_stratum AS c ON c.stratum_id = s.stratum_id
WHERE c.product = $product AND c.comparator = $comparator AND c.reason IS NULL

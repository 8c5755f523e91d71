-- The background of one comparator: every counted case on a side of the comparison of any product.
-- Reads: case_stratum, compared_stratum
SELECT s.case_id
FROM case_stratum AS s
JOIN (
  SELECT DISTINCT stratum_id FROM compared_stratum WHERE comparator = $comparator AND reason IS NULL
) AS c ON c.stratum_id = s.stratum_id

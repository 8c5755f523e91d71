-- Each counted case with its stratum and the sum of the bits of its endpoints, narrow terms; 0 where it has none.
-- Reads: case_stratum, case_endpoint, endpoint_bit
WITH reported AS (
  SELECT e.case_id, bit_or(b.bit) AS endpoints
  FROM case_endpoint AS e
  JOIN endpoint_bit AS b ON b.event_id = e.event_id
  GROUP BY e.case_id
)
SELECT s.case_id, s.stratum_id, coalesce(r.endpoints, 0) AS endpoints
FROM case_stratum AS s
LEFT JOIN reported AS r ON r.case_id = s.case_id

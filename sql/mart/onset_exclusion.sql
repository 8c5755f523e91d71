-- Cases of each product, endpoint and set of cases by the first reason to leave them out, the used ones beside them.
-- Reads: onset_case, onset_reason
WITH counted AS (
  SELECT product, endpoint, case_set, coalesce(reason, 'used') AS reason, count(*) AS n
  FROM onset_case
  GROUP BY product, endpoint, case_set, coalesce(reason, 'used')
  UNION ALL
  SELECT product, endpoint, case_set, 'used', 0
  FROM onset_case
  GROUP BY product, endpoint, case_set
  HAVING count(*) FILTER (WHERE reason IS NULL) = 0
)
SELECT $as_of AS as_of, c.product, c.endpoint, c.case_set, r.reason_number, c.reason, c.n
FROM counted AS c
JOIN onset_reason AS r ON r.reason = c.reason
ORDER BY c.product, c.endpoint, c.case_set, r.reason_number

-- Cases of each series by quarter of origin and quarters until they arrived, on each clock, inside the unbroken holdings.
-- Reads: series_case, dated_case, product_span
-- first_origin: the quarter from which on cases of the product can be: held, approved, and not before its first case.
-- event: from the event to the first receipt. receipt: from the first receipt to the first publication.
WITH clocked AS (
  SELECT product, case_id, 'event' AS clock, event_number AS origin, receipt_number AS arrival FROM dated_case
  UNION ALL
  SELECT product, case_id, 'receipt', receipt_number, publication_number FROM dated_case
)
SELECT
  s.product, s.endpoint, s.scope, c.clock, c.origin, c.arrival - c.origin AS delay, count(*) AS n_cases,
  greatest(
    $start, year(p.approval_date) * 4 + quarter(p.approval_date) - 1,
    min(c.origin) OVER (PARTITION BY s.product, c.clock)
  ) AS first_origin
FROM series_case AS s
JOIN product_span AS p ON p.product = s.product
JOIN clocked AS c ON c.product = s.product AND c.case_id = s.case_id
WHERE s.scope <> 'broad' AND c.origin >= $start AND c.arrival <= $last AND c.arrival >= c.origin
GROUP BY s.product, s.endpoint, s.scope, c.clock, c.origin, delay, p.approval_date
ORDER BY s.product, s.endpoint, s.scope, c.clock, c.origin, delay

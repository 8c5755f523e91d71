-- Cases of each series and of its comparators first received in each quarter, every quarter of the product's span drawn.
-- Reads: product_span, series_case, dated_case, event_quarter
-- What came before a product's first quarter, of which it has none, stands in that first quarter of the comparators.
WITH own AS (
  SELECT s.product, s.endpoint, s.scope, d.receipt_number AS number, count(*) AS n
  FROM series_case AS s
  JOIN dated_case AS d ON d.product = s.product AND d.case_id = s.case_id
  GROUP BY s.product, s.endpoint, s.scope, d.receipt_number
),
background AS (
  SELECT
    coalesce(endpoint, '') AS endpoint, coalesce(scope, '') AS scope, is_car_t, received_since, n_cases,
    receipt_quarter[1:4]::BIGINT * 4 + receipt_quarter[6:6]::BIGINT - 1 AS number
  FROM event_quarter
  WHERE receipt_quarter IS NOT NULL
),
compared AS (
  SELECT
    p.product, 'all' AS comparator, b.endpoint, b.scope, greatest(b.number, p.first_number) AS number,
    sum(b.n_cases) AS n
  FROM product_span AS p
  CROSS JOIN background AS b
  GROUP BY p.product, b.endpoint, b.scope, greatest(b.number, p.first_number)
  UNION ALL
  SELECT p.product, 'non_car_t', b.endpoint, b.scope, greatest(b.number, p.first_number), sum(b.n_cases)
  FROM product_span AS p
  JOIN background AS b ON NOT b.is_car_t AND b.received_since >= p.approval_date
  GROUP BY p.product, b.endpoint, b.scope, greatest(b.number, p.first_number)
),
drawn AS (
  SELECT s.product, s.endpoint, s.scope, c.comparator, unnest(range(p.first_number, p.last_number + 1)) AS number
  FROM (SELECT DISTINCT product, endpoint, scope FROM own) AS s
  JOIN product_span AS p ON p.product = s.product
  CROSS JOIN (VALUES ('all'), ('non_car_t')) AS c (comparator)
)
SELECT
  g.product, g.endpoint, g.scope, g.comparator, g.number,
  coalesce(o.n, 0)::BIGINT AS n_own,
  (coalesce(c.n, 0) - CASE WHEN g.comparator = 'all' THEN coalesce(o.n, 0) ELSE 0 END)::BIGINT AS n_others
FROM drawn AS g
LEFT JOIN own AS o ON o.product = g.product AND o.endpoint = g.endpoint AND o.scope = g.scope AND o.number = g.number
LEFT JOIN compared AS c
  ON c.product = g.product AND c.comparator = g.comparator AND c.endpoint = g.endpoint AND c.scope = g.scope
    AND c.number = g.number
ORDER BY g.product, g.endpoint, g.scope DESC, g.comparator, g.number

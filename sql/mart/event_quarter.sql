-- Counted cases by the quarter FDA first received them: all of them, and those with each endpoint.
-- Reads: case_trait, case_endpoint, event
-- A case without a known day stands in a row without a quarter; is_car_t and received_since part cases as comparators do.
WITH placed AS (
  SELECT
    case_id, year(initial_receipt_date) * 4 + quarter(initial_receipt_date) - 1 AS quarter_number,
    is_car_t, received_since
  FROM case_trait
),
counted AS (
  SELECT NULL AS event_id, is_car_t, received_since, quarter_number, count(*) AS n_cases
  FROM placed
  GROUP BY is_car_t, received_since, quarter_number
  UNION ALL
  SELECT v.event_id, p.is_car_t, p.received_since, p.quarter_number, count(*)
  FROM case_endpoint AS v
  JOIN placed AS p ON p.case_id = v.case_id
  GROUP BY v.event_id, p.is_car_t, p.received_since, p.quarter_number
)
SELECT
  $as_of AS as_of,
  CASE WHEN c.event_id IS NULL THEN 'all cases' ELSE 'endpoint' END AS series,
  e.event AS endpoint, e.scope, c.is_car_t, c.received_since,
  (c.quarter_number // 4) || 'Q' || (c.quarter_number % 4 + 1) AS receipt_quarter, c.n_cases
FROM counted AS c
LEFT JOIN event AS e ON e.event_id = c.event_id
ORDER BY series, endpoint, scope DESC, c.is_car_t, receipt_quarter, c.received_since

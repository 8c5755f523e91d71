-- The four cells of each product, event and comparator; preferred terms only for products that any case names.
-- Reads: exposure, drug, case_event, case_current, population, event, vocabulary_product, asked_product, asked_comparator
-- all: c and d are every other case. non_car_t: c and d are cases without any CAR-T, received since the product's approval.
WITH asked AS (
  SELECT a.product, coalesce(v.approval_date, (SELECT min(approval_date) FROM vocabulary_product)) AS approval_date
  FROM asked_product AS a
  JOIN vocabulary_product AS v ON v.product = a.product
),
exposed AS (
  SELECT a.product, x.case_id
  FROM asked AS a
  JOIN drug AS d ON d.drug = a.product
  JOIN exposure AS x ON x.drug_id = d.drug_id
),
size AS (
  SELECT a.product, count(x.case_id) AS n_product FROM asked AS a LEFT JOIN exposed AS x ON x.product = a.product GROUP BY a.product
),
together AS (
  SELECT x.product, e.event_id, count(*) AS a
  FROM exposed AS x
  JOIN case_event AS e ON e.case_id = x.case_id
  GROUP BY x.product, e.event_id
),
everywhere AS (
  SELECT event_id, count(*) AS n_event FROM case_event GROUP BY event_id
),
without_car_t AS (
  SELECT received_since, count(*) AS n FROM population WHERE comparator = 'non_car_t' AND NOT is_car_t GROUP BY received_since
),
event_without_car_t AS (
  SELECT e.event_id, p.received_since, count(*) AS n
  FROM case_event AS e
  JOIN population AS p ON p.case_id = e.case_id AND p.comparator = 'non_car_t' AND NOT p.is_car_t
  GROUP BY e.event_id, p.received_since
),
since_approval AS (
  SELECT a.product, coalesce(sum(w.n), 0)::BIGINT AS n
  FROM asked AS a
  LEFT JOIN without_car_t AS w ON w.received_since >= a.approval_date
  GROUP BY a.product
),
event_since_approval AS (
  SELECT a.product, w.event_id, sum(w.n)::BIGINT AS n
  FROM asked AS a
  JOIN event_without_car_t AS w ON w.received_since >= a.approval_date
  GROUP BY a.product, w.event_id
),
cell AS (
  SELECT
    s.product, e.event_kind, e.event, e.scope, k.comparator,
    coalesce(t.a, 0) AS a,
    s.n_product - coalesce(t.a, 0) AS b,
    CASE k.comparator
      WHEN 'all' THEN coalesce(v.n_event, 0) - coalesce(t.a, 0)
      ELSE coalesce(w.n, 0)
    END AS c,
    CASE k.comparator
      WHEN 'all' THEN (SELECT count(*) FROM case_current) - s.n_product
      ELSE n.n
    END AS n_others
  FROM size AS s
  JOIN event AS e ON s.n_product > 0 OR e.event_kind = 'endpoint'
  CROSS JOIN asked_comparator AS k
  LEFT JOIN together AS t ON t.product = s.product AND t.event_id = e.event_id
  LEFT JOIN everywhere AS v ON v.event_id = e.event_id
  LEFT JOIN event_since_approval AS w ON w.product = s.product AND w.event_id = e.event_id
  LEFT JOIN since_approval AS n ON n.product = s.product
)
SELECT product, event_kind, event, scope, comparator, a, b, c, n_others - c AS d
FROM cell
ORDER BY product, event_kind, event, scope, comparator

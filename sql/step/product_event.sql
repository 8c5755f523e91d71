-- The four cells of each product, event and comparator, as compared_case has the sides; terms only of products that any case names.
-- Reads: stratum, stratum_event, compared_stratum, event, vocabulary_product, vocabulary_comparator, asked_product, asked_comparator
-- Of comparators without every term, those that a case of the product reports. Comparisons that share their comparator's
-- cases without a CAR-T are summed once. n_terms: terms that a case on either side of the comparison has, rows or not.
WITH asked AS (
  SELECT v.product, v.bit, k.comparator, k.has_every_term
  FROM asked_product AS p
  JOIN vocabulary_product AS v ON v.product = p.product
  CROSS JOIN asked_comparator AS c
  JOIN vocabulary_comparator AS k ON k.comparator = c.comparator
  WHERE NOT k.needs_same_target OR v.same_target <> 0
),
arm AS (
  SELECT a.product, a.comparator, c.stratum_id, c.is_exposed, s.is_car_t, s.n_cases
  FROM asked AS a
  JOIN compared_stratum AS c ON c.product = a.product AND c.comparator = a.comparator AND c.reason IS NULL
  JOIN stratum AS s ON s.stratum_id = c.stratum_id
),
size AS (
  SELECT
    product, comparator,
    sum(n_cases) FILTER (WHERE is_exposed) AS n_product,
    sum(n_cases) FILTER (WHERE NOT is_exposed) AS n_others
  FROM arm
  GROUP BY product, comparator
),
of_car_t AS (
  SELECT
    m.product, m.comparator, e.event_id,
    sum(e.n_cases) FILTER (WHERE m.is_exposed) AS a,
    sum(e.n_cases) FILTER (WHERE NOT m.is_exposed) AS c
  FROM arm AS m
  JOIN stratum_event AS e ON e.stratum_id = m.stratum_id
  WHERE m.is_car_t
  GROUP BY m.product, m.comparator, e.event_id
),
other AS (
  SELECT product, comparator, list(stratum_id ORDER BY stratum_id) AS strata FROM arm WHERE NOT is_car_t GROUP BY product, comparator
),
shared AS (
  SELECT strata, row_number() OVER (ORDER BY strata) AS shared_id FROM other GROUP BY strata
),
shared_stratum AS (
  SELECT shared_id, unnest(strata) AS stratum_id FROM shared
),
shared_event AS (
  SELECT s.shared_id, e.event_id, sum(e.n_cases) AS c
  FROM shared_stratum AS s
  JOIN stratum_event AS e ON e.stratum_id = s.stratum_id
  GROUP BY s.shared_id, e.event_id
),
compared_with AS (
  SELECT o.product, o.comparator, s.shared_id FROM other AS o JOIN shared AS s ON s.strata = o.strata
),
held AS (
  SELECT w.product, w.comparator, x.event_id
  FROM compared_with AS w
  JOIN shared_event AS x ON x.shared_id = w.shared_id
  UNION
  SELECT product, comparator, event_id FROM of_car_t
),
term_count AS (
  SELECT h.product, h.comparator, count(*) AS n_terms
  FROM held AS h
  JOIN event AS e ON e.event_id = h.event_id
  WHERE e.event_kind = 'pt'
  GROUP BY h.product, h.comparator
),
reported AS (
  SELECT DISTINCT v.product, e.event_id
  FROM vocabulary_product AS v
  JOIN stratum AS s ON (s.products & v.bit) <> 0
  JOIN stratum_event AS e ON e.stratum_id = s.stratum_id
),
named AS (
  SELECT DISTINCT v.product FROM vocabulary_product AS v JOIN stratum AS s ON (s.products & v.bit) <> 0
),
row_asked AS (
  SELECT a.product, a.comparator, e.event_id
  FROM asked AS a
  CROSS JOIN event AS e
  WHERE e.event_kind = 'endpoint'
  UNION ALL
  SELECT a.product, a.comparator, e.event_id
  FROM asked AS a
  JOIN named AS n ON n.product = a.product
  CROSS JOIN event AS e
  WHERE a.has_every_term AND e.event_kind = 'pt'
  UNION ALL
  SELECT a.product, a.comparator, r.event_id
  FROM asked AS a
  JOIN reported AS r ON r.product = a.product
  JOIN event AS e ON e.event_id = r.event_id
  WHERE NOT a.has_every_term AND e.event_kind = 'pt'
),
cell AS (
  SELECT
    r.product, r.comparator, r.event_id,
    coalesce(t.a, 0) AS a,
    coalesce(s.n_product, 0) - coalesce(t.a, 0) AS b,
    coalesce(t.c, 0) + coalesce(x.c, 0) AS c,
    coalesce(s.n_others, 0) AS n_others
  FROM row_asked AS r
  LEFT JOIN size AS s ON s.product = r.product AND s.comparator = r.comparator
  LEFT JOIN of_car_t AS t ON t.product = r.product AND t.comparator = r.comparator AND t.event_id = r.event_id
  LEFT JOIN compared_with AS w ON w.product = r.product AND w.comparator = r.comparator
  LEFT JOIN shared_event AS x ON x.shared_id = w.shared_id AND x.event_id = r.event_id
)
SELECT
  l.product, e.event_kind, e.event, e.scope, l.comparator,
  l.a::BIGINT AS a, l.b::BIGINT AS b, l.c::BIGINT AS c, (l.n_others - l.c)::BIGINT AS d,
  coalesce(n.n_terms, 0)::BIGINT AS n_terms
FROM cell AS l
JOIN event AS e ON e.event_id = l.event_id
LEFT JOIN term_count AS n ON n.product = l.product AND n.comparator = l.comparator
ORDER BY l.product, e.event_kind, e.event, e.scope, l.comparator

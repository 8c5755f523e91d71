-- The cells of each product and endpoint that enough of its cases report, in each comparison asked about masking.
-- Reads: masking_side, stratum, stratum_endpoint, event
WITH size AS (
  SELECT
    m.product, m.comparator,
    coalesce(sum(s.n_cases) FILTER (WHERE m.is_exposed), 0) AS n_product,
    coalesce(sum(s.n_cases) FILTER (WHERE NOT m.is_exposed), 0) AS n_others
  FROM masking_side AS m
  JOIN stratum AS s ON s.stratum_id = m.stratum_id
  GROUP BY m.product, m.comparator
),
reported AS (
  SELECT
    m.product, m.comparator, e.event_id,
    coalesce(sum(e.n_cases) FILTER (WHERE m.is_exposed), 0) AS a,
    coalesce(sum(e.n_cases) FILTER (WHERE NOT m.is_exposed), 0) AS c
  FROM masking_side AS m
  JOIN stratum_endpoint AS e ON e.stratum_id = m.stratum_id
  GROUP BY m.product, m.comparator, e.event_id
)
SELECT
  r.product, r.comparator, r.event_id, v.event, v.scope,
  r.a::BIGINT AS a, (s.n_product - r.a)::BIGINT AS b, r.c::BIGINT AS c, (s.n_others - r.c)::BIGINT AS d
FROM reported AS r
JOIN size AS s ON s.product = r.product AND s.comparator = r.comparator
JOIN event AS v ON v.event_id = r.event_id
WHERE r.a >= $least_cases

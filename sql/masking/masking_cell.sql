-- The cells of each pair before a removal and counted again after it, as distinct cases.
-- Reads: masked_pair, masking_candidate, removal, masking_side, removed_stratum, removed_stratum_event
-- Removed reports leave their cell; a case that only loses the event's terms stays on its side, without the event.
WITH asked AS (
  SELECT c.product, c.comparator, c.event_id, c.kind, c.removed, c.rule, r.removal_id
  FROM masking_candidate AS c
  JOIN removal AS r ON r.kind = c.kind AND r.removed = c.removed
    AND coalesce(r.for_product, '') = coalesce(c.for_product, '')
),
compared AS (
  SELECT DISTINCT product, comparator, removal_id FROM asked
),
gone AS (
  SELECT
    k.product, k.comparator, k.removal_id,
    coalesce(sum(t.n_cases) FILTER (WHERE m.is_exposed), 0) AS n_product,
    coalesce(sum(t.n_cases) FILTER (WHERE NOT m.is_exposed), 0) AS n_others
  FROM compared AS k
  JOIN removed_stratum AS t ON t.removal_id = k.removal_id
  JOIN masking_side AS m ON m.product = k.product AND m.comparator = k.comparator AND m.stratum_id = t.stratum_id
  GROUP BY k.product, k.comparator, k.removal_id
),
taken AS (
  SELECT
    q.product, q.comparator, q.event_id, q.removal_id,
    coalesce(sum(t.n_cases) FILTER (WHERE m.is_exposed), 0) AS a,
    coalesce(sum(t.n_cases) FILTER (WHERE NOT m.is_exposed), 0) AS c
  FROM asked AS q
  JOIN removed_stratum_event AS t ON t.removal_id = q.removal_id AND t.event_id = q.event_id
  JOIN masking_side AS m ON m.product = q.product AND m.comparator = q.comparator AND m.stratum_id = t.stratum_id
  GROUP BY q.product, q.comparator, q.event_id, q.removal_id
),
counted AS (
  SELECT
    q.kind, q.removed, q.rule, p.*,
    coalesce(t.a, 0) AS taken_a, coalesce(t.c, 0) AS taken_c,
    CASE WHEN q.kind = 'term' THEN 0 ELSE coalesce(g.n_product, 0) END AS n_product,
    CASE WHEN q.kind = 'term' THEN 0 ELSE coalesce(g.n_others, 0) END AS n_others
  FROM asked AS q
  JOIN masked_pair AS p ON p.product = q.product AND p.comparator = q.comparator AND p.event_id = q.event_id
  LEFT JOIN gone AS g ON g.product = q.product AND g.comparator = q.comparator AND g.removal_id = q.removal_id
  LEFT JOIN taken AS t
    ON t.product = q.product AND t.comparator = q.comparator AND t.event_id = q.event_id AND t.removal_id = q.removal_id
)
SELECT
  product, 'endpoint' AS event_kind, event, scope, comparator, kind, removed, rule,
  (CASE WHEN kind = 'term' THEN taken_a + taken_c ELSE n_product + n_others END)::BIGINT AS n_removed,
  a, b, c, d,
  (a - taken_a)::BIGINT AS a_after, (b - n_product + taken_a)::BIGINT AS b_after,
  (c - taken_c)::BIGINT AS c_after, (d - n_others + taken_c)::BIGINT AS d_after
FROM counted
ORDER BY product, event, scope, comparator, kind, removed

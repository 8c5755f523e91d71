-- Each pair with the removals its rules choose; a removal that several rules choose stands under the first of them.
-- Reads: masked_pair, masking_rule, other_car_t, dominating_drug, endpoint_term, event
-- bits: the CAR-Ts removed. for_product: the pair's product where what is removed depends on it.
WITH all_others AS (
  SELECT product, sum(bit)::BIGINT AS bits FROM other_car_t GROUP BY product
),
overlap AS (
  SELECT DISTINCT x.event_id, y.event_id AS other_id
  FROM endpoint_term AS x
  JOIN endpoint_term AS y ON y.term_id = x.term_id
  JOIN event AS u ON u.event_id = x.event_id AND u.scope = 'narrow'
  JOIN event AS v ON v.event_id = y.event_id AND v.scope = 'narrow'
),
reported_event AS (
  SELECT
    p.product, p.comparator, p.event_id, r.rule_number, o.event, o.event_id AS removed_event_id, r.most,
    row_number() OVER (
      PARTITION BY p.product, p.comparator, p.event_id, r.rule_number ORDER BY o.a DESC, o.event
    ) AS place
  FROM masked_pair AS p
  JOIN masking_rule AS r ON r.selects = 'event'
  JOIN masked_pair AS o ON o.product = p.product AND o.comparator = p.comparator AND o.event_id <> p.event_id
  LEFT JOIN overlap AS x ON x.event_id = p.event_id AND x.other_id = o.event_id
  WHERE r.kind = 'term' OR x.event_id IS NULL
),
chosen AS (
  SELECT
    p.product, p.comparator, p.event_id, r.rule_number, 'other_car_t' AS removed, p.product AS for_product, o.bits,
    NULL::BIGINT AS drug_id, NULL::BIGINT AS removed_event_id
  FROM masked_pair AS p
  JOIN masking_rule AS r ON r.selects = 'other_car_t'
  JOIN all_others AS o ON o.product = p.product
  UNION ALL
  SELECT p.product, p.comparator, p.event_id, r.rule_number, o.removed, NULL, o.bit, NULL, NULL
  FROM masked_pair AS p
  JOIN masking_rule AS r ON r.selects = 'each_car_t'
  JOIN other_car_t AS o ON o.product = p.product
  UNION ALL
  SELECT p.product, p.comparator, p.event_id, r.rule_number, d.drug, NULL, NULL, d.drug_id, NULL
  FROM masked_pair AS p
  JOIN masking_rule AS r ON r.selects = 'drug'
  JOIN dominating_drug AS d ON d.comparator = p.comparator AND d.event = p.event AND d.place <= r.most
  UNION ALL
  SELECT p.product, p.comparator, p.event_id, r.rule_number, r.named, NULL, NULL, NULL, v.event_id
  FROM masked_pair AS p
  JOIN masking_rule AS r ON r.selects = 'endpoint' AND r.named <> p.event
  JOIN event AS v ON v.event_kind = 'endpoint' AND v.event = r.named AND v.scope = 'narrow'
  LEFT JOIN overlap AS x ON x.event_id = p.event_id AND x.other_id = v.event_id
  WHERE r.kind = 'term' OR x.event_id IS NULL
  UNION ALL
  SELECT product, comparator, event_id, rule_number, event, NULL, NULL, NULL, removed_event_id
  FROM reported_event
  WHERE place <= most
)
SELECT
  c.product, c.comparator, c.event_id, r.kind, c.removed, c.for_product, c.bits, c.drug_id, c.removed_event_id,
  arg_min(r.rule, r.rule_number) AS rule
FROM chosen AS c
JOIN masking_rule AS r ON r.rule_number = c.rule_number
GROUP BY
  c.product, c.comparator, c.event_id, r.kind, c.removed, c.for_product, c.bits, c.drug_id, c.removed_event_id

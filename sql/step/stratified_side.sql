-- The strata on either side of each comparison asked for, of products that a counted case names.
-- Reads: asked_product, asked_comparator, compared_stratum, stratum, vocabulary_product
WITH named AS (
  SELECT DISTINCT v.product
  FROM asked_product AS p
  JOIN vocabulary_product AS v ON v.product = p.product
  JOIN stratum AS s ON (s.products & v.bit) <> 0
)
SELECT c.product, c.comparator, c.stratum_id, c.is_exposed
FROM compared_stratum AS c
JOIN named AS n ON n.product = c.product
JOIN asked_comparator AS k ON k.comparator = c.comparator
WHERE c.reason IS NULL
ORDER BY c.product, c.comparator, c.stratum_id

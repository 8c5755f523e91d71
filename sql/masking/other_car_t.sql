-- For each product, the CAR-Ts that any counted case names and that are neither the product nor one of its members, with their bits.
-- Reads: vocabulary_product, vocabulary_product_member, car_t_case
WITH related AS (
  SELECT DISTINCT m.product, o.product AS removed
  FROM vocabulary_product_member AS m
  JOIN vocabulary_product_member AS o ON o.member = m.member
)
SELECT p.product, v.product AS removed, v.bit
FROM vocabulary_product AS p
CROSS JOIN vocabulary_product AS v
LEFT JOIN related AS r ON r.product = p.product AND r.removed = v.product
WHERE r.product IS NULL AND ((SELECT bit_or(products) FROM car_t_case) & v.bit) <> 0

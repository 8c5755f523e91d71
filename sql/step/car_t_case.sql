-- Each counted case that names a CAR-T: the products it names in a role that counts as exposure, and whether it names two.
-- Reads: car_t_entry, exposure, drug, vocabulary_product
-- Two different products in any role but "not administered"; a CAR-T without a product beside one is no second.
WITH named AS (
  SELECT e.case_id, count(DISTINCT e.product) >= 2 AS names_two_car_ts
  FROM car_t_entry AS e
  JOIN vocabulary_product AS v ON v.product = e.product AND NOT v.is_group
  GROUP BY e.case_id
),
exposed AS (
  SELECT x.case_id, bit_or(v.bit) AS products
  FROM exposure AS x
  JOIN drug AS d ON d.drug_id = x.drug_id
  JOIN vocabulary_product AS v ON v.product = d.drug
  GROUP BY x.case_id
)
SELECT c.case_id, coalesce(x.products, 0) AS products, coalesce(n.names_two_car_ts, false) AS names_two_car_ts
FROM (SELECT DISTINCT case_id FROM car_t_entry) AS c
LEFT JOIN exposed AS x ON x.case_id = c.case_id
LEFT JOIN named AS n ON n.case_id = c.case_id

-- Which current cases a comparator's background holds, and since which product approval they were received.
-- Reads: case_current, car_t_case, vocabulary_product
-- all: every case. non_car_t: cases without any CAR-T received since the first approval, and the CAR-T cases.
WITH approval AS (
  SELECT DISTINCT approval_date FROM vocabulary_product WHERE approval_date IS NOT NULL
),
dated AS (
  SELECT
    c.case_id,
    t.case_id IS NOT NULL AS is_car_t,
    (SELECT max(a.approval_date) FROM approval AS a WHERE a.approval_date <= c.initial_receipt_date) AS received_since
  FROM case_current AS c
  LEFT JOIN car_t_case AS t ON t.case_id = c.case_id
)
SELECT 'all' AS comparator, case_id, is_car_t, received_since FROM dated
UNION ALL
SELECT 'non_car_t', case_id, is_car_t, received_since
FROM dated
WHERE is_car_t OR received_since IS NOT NULL

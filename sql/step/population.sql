-- Which current cases a comparator's background holds, and since which product approval they were received.
-- Reads: case_current, car_t_entry, vocabulary_product
-- all: every case. non_car_t: cases without any CAR-T received since the first approval, and the CAR-T cases.
WITH approval AS (
  SELECT DISTINCT approval_date FROM vocabulary_product WHERE approval_date IS NOT NULL
),
dated AS (
  SELECT c.case_id, c.case_id IN (SELECT case_id FROM car_t_entry) AS is_car_t, a.approval_date AS received_since
  FROM case_current AS c
  ASOF LEFT JOIN approval AS a ON a.approval_date <= c.initial_receipt_date
)
SELECT 'all' AS comparator, case_id, is_car_t, received_since FROM dated
UNION ALL
SELECT 'non_car_t', case_id, is_car_t, received_since
FROM dated
WHERE is_car_t OR received_since IS NOT NULL

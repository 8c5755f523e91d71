-- Rows that each warning rule flagged, and how many of them belong to reports of a CAR-T; they stay in every count.
-- Reads: quarantine
SELECT
  quarter, "table", rule, count(*) AS n_rows, count(DISTINCT case_id) AS n_cases, count(*) FILTER (WHERE is_car_t) AS n_car_t_rows
FROM quarantine
GROUP BY quarter, "table", rule
ORDER BY quarter, "table", rule

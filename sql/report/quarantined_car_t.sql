-- Each CAR-T case with a flagged row, and what was found; the case stays in every count.
-- Reads: quarantine
SELECT DISTINCT case_id, quarter, "table", rule, reason
FROM quarantine
WHERE is_car_t
ORDER BY case_id, quarter, "table", rule, reason

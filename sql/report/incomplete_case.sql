-- Current cases of any CAR-T whose latest version holds a line that could not be read.
-- Reads: car_t_case, case_current
SELECT c.case_id, c.quarter, c.report_id, c.incomplete_reason
FROM car_t_case AS t
JOIN case_current AS c ON c.case_id = t.case_id
WHERE NOT c.is_complete
ORDER BY c.case_id

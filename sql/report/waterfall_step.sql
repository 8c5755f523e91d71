-- The steps from report versions to current cases, in order.
-- Reads: waterfall
SELECT step_number, step, unit, n, meaning
FROM waterfall
ORDER BY step_number

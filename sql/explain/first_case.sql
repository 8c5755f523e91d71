-- The first case ids of each reason and move between cells, and how many cases there are.
-- Reads: case_change
SELECT reason, from_cell, to_cell, count(*) AS n_cases, min(case_id, $n_shown) AS case_ids
FROM case_change
GROUP BY reason, from_cell, to_cell
ORDER BY reason, from_cell NULLS FIRST, to_cell NULLS FIRST

-- For each reason and cell, the cases that entered it and the cases that left it.
-- Reads: case_change
SELECT reason, cell, count(*) FILTER (WHERE is_entry) AS entered, count(*) FILTER (WHERE NOT is_entry) AS "left"
FROM (
  SELECT reason, from_cell AS cell, false AS is_entry FROM case_change
  UNION ALL
  SELECT reason, to_cell, true FROM case_change
)
WHERE cell IS NOT NULL
GROUP BY reason, cell
ORDER BY reason, cell

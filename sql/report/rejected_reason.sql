-- Lines that could not be read, by file and reason.
-- Reads: rejected
SELECT quarter, file, "table", reason, count(*) AS n_lines
FROM rejected
GROUP BY quarter, file, "table", reason
ORDER BY quarter, file, reason

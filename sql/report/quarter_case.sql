-- Report versions and distinct cases that each quarter published; the row without a quarter is the whole.
-- Reads: report_version
SELECT quarter, count(*) AS n_reports, count(DISTINCT case_id) AS n_cases
FROM report_version
GROUP BY ROLLUP (quarter)
ORDER BY quarter NULLS LAST

-- Quarter of the first version of each case that had several at the earlier data-lock point; of the others it is the latest's.
-- Reads: earlier_report_version, earlier_case_current
SELECT v.case_id, min(v.quarter) AS first_quarter
FROM earlier_report_version AS v
SEMI JOIN (SELECT case_id FROM earlier_case_current WHERE n_versions > 1) AS c ON c.case_id = v.case_id
WHERE v.report_id IS NOT NULL
GROUP BY v.case_id

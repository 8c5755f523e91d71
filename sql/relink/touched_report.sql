-- Every report version of the touched cases, by quarter and report number.
-- Reads: report_version, touched_case
SELECT DISTINCT v.quarter, v.report_id
FROM report_version AS v
SEMI JOIN touched_case AS t ON t.case_id = v.case_id
WHERE v.report_id IS NOT NULL

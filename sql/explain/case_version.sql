-- Every version of the changed cases that the side shown holds.
-- Reads: report_version, changed_case
SELECT DISTINCT v.case_id, v.quarter, v.report_id
FROM report_version AS v
SEMI JOIN changed_case AS c ON c.case_id = v.case_id
WHERE v.report_id IS NOT NULL

-- A report version has a case number.
-- Reads: report_version
SELECT 'report_version' AS "table", report_id, case_id, line, 'no case number' AS reason
FROM report_version
WHERE case_id IS NULL

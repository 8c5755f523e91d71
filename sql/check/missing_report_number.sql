-- A report version has a report number.
-- Reads: report_version
SELECT 'report_version' AS "table", report_id, case_id, line, 'no report number' AS reason
FROM report_version
WHERE report_id IS NULL

-- Every line of a report version could be read.
-- Reads: report_version
SELECT
  'report_version' AS "table", report_id, case_id, line, 'a line could not be read in ' || unreadable_tables AS reason
FROM report_version
WHERE unreadable_tables IS NOT NULL

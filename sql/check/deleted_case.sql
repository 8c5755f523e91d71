-- A case on the quarter's list of deleted cases is not published in the same quarter.
-- Reads: report_version, raw_deleted
SELECT
  'report_version' AS "table", report_id, case_id, line, 'the case is on the deleted list of its own quarter' AS reason
FROM report_version
WHERE case_id IN (SELECT try_cast(rtrim(trim(caseid), '$') AS BIGINT) FROM raw_deleted)

-- A quarter publishes a report version once.
-- Reads: report_version
SELECT
  'report_version' AS "table", v.report_id, v.case_id, v.line,
  'DEMO has the report ' || r.n || ' times' AS reason
FROM report_version AS v
INNER JOIN (SELECT report_id, count(*) AS n FROM report_version GROUP BY report_id HAVING count(*) > 1) AS r
  ON r.report_id = v.report_id

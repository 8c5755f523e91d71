-- Each report source line.
-- Reads: raw_rpsr, report_version
SELECT
  r.quarter,
  try_cast(r.primaryid AS BIGINT) AS report_id,
  coalesce(try_cast(r.caseid AS BIGINT), v.case_id) AS case_id,
  upper(trim(r.rpsr_cod)) AS source_code,
  r.line
FROM raw_rpsr AS r
LEFT JOIN (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON r.caseid IS NULL AND v.report_id = try_cast(r.primaryid AS BIGINT)
ORDER BY r.line, report_id, source_code

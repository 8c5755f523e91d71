-- Each outcome line.
-- Reads: raw_outc, report_version
SELECT
  r.quarter,
  try_cast(r.primaryid AS BIGINT) AS report_id,
  coalesce(try_cast(r.caseid AS BIGINT), v.case_id) AS case_id,
  upper(trim(r.outc_cod)) AS outcome_code,
  r.line
FROM raw_outc AS r
LEFT JOIN (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON r.caseid IS NULL AND v.report_id = try_cast(r.primaryid AS BIGINT)
ORDER BY r.line, report_id, outcome_code

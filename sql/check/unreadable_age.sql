-- A published age or weight is a number in a known unit and within human bounds.
-- Reads: report_version
SELECT
  'report_version' AS "table", report_id, case_id, line,
  concat_ws('; ', 'age ' || age_reason, 'weight ' || weight_reason) AS reason
FROM report_version
WHERE age_reason IS NOT NULL OR weight_reason IS NOT NULL

-- Each indication with its term in one spelling across eras; AERS prints an apostrophe as ^.
-- Reads: raw_indi, report_version
SELECT
  r.quarter,
  try_cast(r.primaryid AS BIGINT) AS report_id,
  coalesce(try_cast(r.caseid AS BIGINT), v.case_id) AS case_id,
  try_cast(r.indi_drug_seq AS BIGINT) AS drug_seq,
  nullif(trim(regexp_replace(replace(upper(r.indi_pt), '^', ''''), '\s+', ' ', 'g')), '') AS indication_pt,
  r.indi_pt AS indication_text,
  r.line
FROM raw_indi AS r
LEFT JOIN (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON r.caseid IS NULL AND v.report_id = try_cast(r.primaryid AS BIGINT)
ORDER BY r.line, report_id, drug_seq

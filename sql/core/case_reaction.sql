-- Each reaction line with its preferred term in one spelling across eras; AERS prints an apostrophe as ^.
-- Reads: raw_reac, report_version
SELECT
  r.quarter,
  try_cast(r.primaryid AS BIGINT) AS report_id,
  coalesce(try_cast(r.caseid AS BIGINT), v.case_id) AS case_id,
  nullif(trim(regexp_replace(replace(upper(r.pt), '^', ''''), '\s+', ' ', 'g')), '') AS pt,
  r.pt AS pt_text,
  r.line
FROM raw_reac AS r
LEFT JOIN (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON r.caseid IS NULL AND v.report_id = try_cast(r.primaryid AS BIGINT)
ORDER BY r.line, report_id, pt

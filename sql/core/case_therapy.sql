-- Each therapy period with its dates typed beside their text.
-- Reads: raw_ther, report_version, reading_date
SELECT
  r.quarter,
  try_cast(r.primaryid AS BIGINT) AS report_id,
  coalesce(try_cast(r.caseid AS BIGINT), v.case_id) AS case_id,
  try_cast(r.dsg_drug_seq AS BIGINT) AS drug_seq,
  first_day.date AS start_date, r.start_dt AS start_date_text,
  first_day.precision AS start_date_precision, first_day.reason AS start_date_reason,
  last_day.date AS end_date, r.end_dt AS end_date_text,
  last_day.precision AS end_date_precision, last_day.reason AS end_date_reason,
  r.dur AS duration_text,
  r.dur_cod AS duration_unit_code,
  r.line
FROM raw_ther AS r
LEFT JOIN (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON r.caseid IS NULL AND v.report_id = try_cast(r.primaryid AS BIGINT)
LEFT JOIN reading_date AS first_day ON first_day.text = r.start_dt
LEFT JOIN reading_date AS last_day ON last_day.text = r.end_dt
ORDER BY r.line, report_id, drug_seq

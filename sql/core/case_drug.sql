-- Each drug entry typed, its active ingredients split at the backslash.
-- Reads: raw_drug, report_version
SELECT
  r.quarter,
  try_cast(r.primaryid AS BIGINT) AS report_id,
  coalesce(try_cast(r.caseid AS BIGINT), v.case_id) AS case_id,
  try_cast(r.drug_seq AS BIGINT) AS drug_seq,
  nullif(upper(trim(r.role_cod)), '') AS role_code,
  r.drugname AS drug_name,
  r.prod_ai AS active_ingredient,
  list_filter(list_transform(string_split(upper(r.prod_ai), '\'), lambda x: trim(x)), lambda x: x <> '') AS ingredients,
  r.route,
  r.dose_vbm AS dose_text,
  r.dechal AS dechallenge_code,
  r.rechal AS rechallenge_code,
  r.lot_num AS lot_number,
  r.nda_num AS nda_number,
  r.line
FROM raw_drug AS r
LEFT JOIN (SELECT report_id, min(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON r.caseid IS NULL AND v.report_id = try_cast(r.primaryid AS BIGINT)
ORDER BY r.line, report_id, drug_seq

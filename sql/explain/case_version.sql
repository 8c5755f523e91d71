-- Every version of the changed cases that the side shown holds, with the days of receipt it tells.
-- Reads: report_version, changed_case
SELECT
  v.case_id, v.quarter, v.report_id,
  string_agg(DISTINCT concat_ws('/', coalesce(v.initial_fda_date::VARCHAR, '-'), coalesce(v.fda_date::VARCHAR, '-')), '|'
    ORDER BY concat_ws('/', coalesce(v.initial_fda_date::VARCHAR, '-'), coalesce(v.fda_date::VARCHAR, '-'))) AS receipt_dates
FROM report_version AS v
SEMI JOIN changed_case AS c ON c.case_id = v.case_id
WHERE v.report_id IS NOT NULL
GROUP BY v.case_id, v.quarter, v.report_id

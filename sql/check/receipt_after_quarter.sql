-- FDA received a report before the end of the quarter that publishes it.
-- Reads: report_version
SELECT
  'report_version' AS "table", report_id, case_id, line,
  concat_ws(
    ' and ',
    CASE WHEN initial_fda_date_reason = 'after the quarter that published it' THEN 'initial receipt ' || initial_fda_date_text END,
    CASE WHEN fda_date_reason = 'after the quarter that published it' THEN 'receipt ' || fda_date_text END
  ) || ' after the end of the quarter' AS reason
FROM report_version
WHERE
  initial_fda_date_reason = 'after the quarter that published it'
  OR fda_date_reason = 'after the quarter that published it'

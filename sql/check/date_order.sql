-- An event comes before its receipt, the first receipt before the last, the start of a therapy before its end.
-- Reads: report_version, case_therapy
SELECT
  'report_version' AS "table", report_id, case_id, line,
  CASE
    WHEN event_date > fda_date THEN 'the event is after the receipt' ELSE 'the first receipt is after the last'
  END AS reason
FROM report_version
WHERE event_date > fda_date OR initial_fda_date > fda_date
UNION ALL
SELECT 'case_therapy', report_id, case_id, line, 'the therapy ends before it starts'
FROM case_therapy
WHERE end_date < start_date

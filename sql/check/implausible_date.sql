-- A published date is a day, a month or a year that can have been; one known only to the month or year is plausible.
-- Reads: report_version, case_therapy
WITH dated AS (
  SELECT
    'report_version' AS "table", report_id, case_id, line,
    [event_date_reason, manufacturer_date_reason, initial_fda_date_reason, fda_date_reason, report_date_reason] AS reasons,
    ['event', 'manufacturer', 'initial receipt', 'receipt', 'report'] AS names
  FROM report_version
  WHERE coalesce(
    event_date_reason, manufacturer_date_reason, initial_fda_date_reason, fda_date_reason, report_date_reason
  ) IS NOT NULL
  UNION ALL
  SELECT 'case_therapy', report_id, case_id, line, [start_date_reason, end_date_reason], ['start', 'end']
  FROM case_therapy
  WHERE coalesce(start_date_reason, end_date_reason) IS NOT NULL
),
each_date AS (
  SELECT "table", report_id, case_id, line, unnest(names) AS name, unnest(reasons) AS reason FROM dated
)
SELECT "table", report_id, case_id, line, string_agg(name || ' date: ' || reason, '; ' ORDER BY name) AS reason
FROM each_date
WHERE reason NOT LIKE 'only the %'
GROUP BY "table", report_id, case_id, line

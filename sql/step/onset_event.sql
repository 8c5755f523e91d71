-- The one event date of each exposed case as its latest version printed it, and whether it may be a padded month.
-- Reads: report_version, case_current, exposed_case
SELECT
  c.case_id, c.initial_receipt_date, v.event_date,
  v.event_date_text IS NOT NULL AS has_text,
  coalesce(v.event_date_reason LIKE 'only the %', false) AS is_partial,
  coalesce(extract(day FROM v.event_date) = 1, false) AS is_first,
  coalesce(extract(day FROM v.event_date) = 1 AND c.quarter >= $padded_since, false) AS is_padded
FROM case_current AS c
JOIN report_version AS v
  ON v.quarter = c.quarter AND v.report_id = c.report_id AND v.case_id = c.case_id AND v.version_number = c.version_number
WHERE c.case_id IN (SELECT case_id FROM exposed_case)
QUALIFY row_number() OVER (PARTITION BY c.case_id ORDER BY v.line) = 1

-- Each current case: the version it is read from, and the case counted in its stead; none where duplicates are counted.
-- Reads: case_current
SELECT
  case_id, CASE WHEN NOT $with_duplicates THEN kept_case_id END AS kept_case_id, quarter, report_id, version_number, is_report_number_shared, initial_receipt_date
FROM case_current

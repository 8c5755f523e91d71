-- The current cases that are counted, and what the steps and the report ask of them: duplicates are left out unless they are asked for.
-- Reads: case_current
SELECT
  case_id, quarter, report_id, is_report_number_shared, version_number, initial_receipt_date, is_complete, incomplete_reason,
  age_years, sex_code, event_country_code, reporter_type_code
FROM case_current
WHERE kept_case_id IS NULL OR $with_duplicates

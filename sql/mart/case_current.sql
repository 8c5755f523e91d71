-- One row for each current case, and the case that is counted in its stead where it is a duplicate.
-- Reads: case_latest, duplicate_member
SELECT
  $as_of AS as_of, l.case_id, l.quarter, l.edition, l.report_id, l.is_report_number_shared, l.era, l.version_number, l.n_versions,
  l.initial_receipt_date, l.is_complete, l.incomplete_reason, l.is_revived, d.kept_case_id, l.is_study_report,
  l.is_literature_report, l.age_years, l.sex_code, l.event_country_code, l.reporter_type_code, l.event_date
FROM case_latest AS l
LEFT JOIN duplicate_member AS d ON d.case_id = l.case_id
ORDER BY l.case_id

-- One row for each case as of now: as at the earlier data-lock point where nothing of it was published since, else worked out anew.
-- Reads: earlier_case_current, touched_case, first_version, touched_latest
SELECT
  c.case_id, c.quarter, c.edition, c.report_id, c.is_report_number_shared, c.era, c.version_number, c.n_versions,
  coalesce(f.first_quarter, c.quarter) AS first_quarter, c.initial_receipt_date, c.is_complete, c.incomplete_reason,
  c.is_revived, c.is_study_report, c.is_literature_report, c.age_years, c.sex_code, c.event_country_code,
  c.reporter_type_code, c.event_date
FROM earlier_case_current AS c
ANTI JOIN touched_case AS t ON t.case_id = c.case_id
LEFT JOIN first_version AS f ON f.case_id = c.case_id
UNION ALL BY NAME
SELECT * FROM touched_latest

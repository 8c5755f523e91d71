-- One row for each case: its latest version, compared as numbers, FAERS after AERS; withdrawn cases are left out.
-- Reads: report_version, withdrawn_case
-- The latest version is chosen before any look at drugs, roles or reactions. A latest version that could not be
-- read stays the latest: the case is marked incomplete, no older version steps in. A deletion list withdraws
-- what was published up to its own quarter; a version published later revives the case.
WITH version AS (
  SELECT
    *,
    count(*) OVER (PARTITION BY case_id) AS n_versions,
    min(coalesce(initial_fda_date, fda_date)) OVER (PARTITION BY case_id) AS first_receipt_date,
    min(case_id) OVER same_number <> max(case_id) OVER same_number AS is_report_number_shared
  FROM report_version
  WHERE case_id IS NOT NULL AND report_id IS NOT NULL
  WINDOW same_number AS (PARTITION BY quarter, report_id)
),
latest AS (
  SELECT *
  FROM version
  QUALIFY row_number() OVER (
    PARTITION BY case_id
    ORDER BY era = 'faers' DESC, version_number DESC, fda_date DESC NULLS LAST, quarter DESC, report_id DESC, line
  ) = 1
),
withdrawal AS (
  SELECT case_id, max(quarter) AS listed_quarter FROM withdrawn_case GROUP BY case_id
)
SELECT
  $as_of AS as_of, l.case_id, l.quarter, l.report_id, l.is_report_number_shared, l.era, l.version_number, l.n_versions,
  coalesce(l.initial_fda_date, l.first_receipt_date) AS initial_receipt_date,
  l.is_readable AND l.unreadable_tables IS NULL AS is_complete,
  l.unreadable_tables AS incomplete_reason,
  l.age_years, l.sex_code, coalesce(l.event_country_code, l.reporter_country_code) AS event_country_code,
  l.reporter_type_code, l.event_date
FROM latest AS l
LEFT JOIN withdrawal AS w ON w.case_id = l.case_id AND w.listed_quarter >= l.quarter
WHERE w.case_id IS NULL
ORDER BY l.case_id

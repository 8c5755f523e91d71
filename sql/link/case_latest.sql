-- One row for each case: its latest version, compared as numbers, FAERS after AERS; withdrawn cases are left out.
-- Reads: report_version, withdrawn_case, case_reporter, shared_number
-- The latest version is chosen before any look at drugs, roles or reactions. A latest version that could not be
-- read stays the latest: the case is marked incomplete, no older version steps in. A deletion list withdraws
-- what was published up to its own quarter; a version published later revives the case.
-- Most cases have one version: only the others are ranked.
WITH history AS (
  SELECT
    case_id, count(*) AS n_versions, min(coalesce(initial_fda_date, fda_date)) AS first_receipt_date,
    min(quarter) AS first_quarter
  FROM report_version
  WHERE case_id IS NOT NULL AND report_id IS NOT NULL
  GROUP BY case_id
),
version AS (
  SELECT
    v.case_id, v.quarter, v.edition, v.report_id, v.line, v.era, v.version_number, v.is_readable, v.unreadable_tables,
    v.initial_fda_date, v.age_years, v.sex_code, v.event_country_code, v.reporter_country_code, v.reporter_type_code,
    v.event_date, v.literature_reference IS NOT NULL AS has_reference, h.n_versions, h.first_receipt_date, h.first_quarter
  FROM report_version AS v
  JOIN history AS h ON h.case_id = v.case_id
  WHERE v.report_id IS NOT NULL
),
ranked AS (
  SELECT
    v.case_id, quarter, report_id, line,
    row_number() OVER (
      PARTITION BY v.case_id
      ORDER BY era = 'faers' DESC, version_number DESC, fda_date DESC NULLS LAST, quarter DESC, report_id DESC, line
    ) AS place
  FROM report_version AS v
  JOIN history AS h ON h.case_id = v.case_id AND h.n_versions > 1
  WHERE v.report_id IS NOT NULL
),
superseded AS (
  SELECT quarter, report_id, line, case_id FROM ranked WHERE place > 1
),
withdrawal AS (
  SELECT case_id, max(quarter) AS listed_quarter, min(quarter) AS first_listed_quarter FROM withdrawn_case GROUP BY case_id
),
source AS (
  SELECT
    quarter, report_id, case_id,
    bool_or(source_code = 'SDY') AS is_study_report, bool_or(source_code = 'LIT') AS has_literature_source
  FROM case_reporter
  WHERE source_code IN ('SDY', 'LIT')
  GROUP BY quarter, report_id, case_id
)
SELECT
  v.case_id, v.quarter, v.edition, v.report_id, n.report_id IS NOT NULL AS is_report_number_shared, v.era, v.version_number,
  v.n_versions, v.first_quarter, coalesce(v.initial_fda_date, v.first_receipt_date) AS initial_receipt_date,
  v.is_readable AND v.unreadable_tables IS NULL AS is_complete,
  v.unreadable_tables AS incomplete_reason,
  coalesce(w.first_listed_quarter < v.quarter, false) AS is_revived,
  coalesce(s.is_study_report, false) AS is_study_report,
  coalesce(s.has_literature_source, false) OR v.has_reference AS is_literature_report,
  v.age_years, v.sex_code, coalesce(v.event_country_code, v.reporter_country_code) AS event_country_code,
  v.reporter_type_code, v.event_date
FROM version AS v
ANTI JOIN superseded AS r
  ON r.quarter = v.quarter AND r.report_id = v.report_id AND r.line = v.line AND r.case_id = v.case_id
LEFT JOIN withdrawal AS w ON w.case_id = v.case_id
LEFT JOIN shared_number AS n ON n.quarter = v.quarter AND n.report_id = v.report_id
LEFT JOIN source AS s ON s.quarter = v.quarter AND s.report_id = v.report_id
  AND (s.case_id = v.case_id OR n.report_id IS NULL)
WHERE w.listed_quarter IS NULL OR w.listed_quarter < v.quarter

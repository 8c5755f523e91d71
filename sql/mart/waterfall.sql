-- From report versions to current cases, step by step; the steps before a total add up to it.
-- Reads: report_version, case_current
WITH published AS (
  SELECT
    count(*) AS n_versions,
    count(*) FILTER (WHERE case_id IS NULL OR report_id IS NULL) AS n_unnumbered,
    count(DISTINCT case_id) FILTER (WHERE report_id IS NOT NULL) AS n_latest
  FROM report_version
),
held AS (
  SELECT
    count(*) AS n_current, count(*) FILTER (WHERE kept_case_id IS NOT NULL) AS n_duplicate,
    count(*) FILTER (WHERE kept_case_id IS NULL AND NOT is_complete) AS n_incomplete,
    count(*) FILTER (WHERE kept_case_id IS NULL AND is_revived) AS n_revived
  FROM case_current
),
step (step_number, step, unit, n, meaning) AS (
  SELECT 1, 'published', 'report version', n_versions, 'Report versions published by the data-lock point.' FROM published
  UNION ALL
  SELECT 2, 'without a case number', 'report version', -n_unnumbered, 'No case or report number: cannot be joined to a case.' FROM published
  UNION ALL
  SELECT 3, 'superseded', 'report version', n_latest + n_unnumbered - n_versions, 'A later version of the same case exists.' FROM published
  UNION ALL
  SELECT 4, 'latest versions', 'case', n_latest, 'One latest version for each case.' FROM published
  UNION ALL
  SELECT 5, 'withdrawn', 'case', n_current - n_latest, 'On a deleted-case list published since the latest version; lists exist from 2019Q1.' FROM published, held
  UNION ALL
  SELECT 6, 'current', 'case', n_current, 'Neither superseded nor withdrawn.' FROM held
  UNION ALL
  SELECT 7, 'duplicates', 'case', -n_duplicate, 'Another case of the same event and patient is counted in their stead.' FROM held
  UNION ALL
  SELECT 8, 'counted', 'case', n_current - n_duplicate, 'Counted in every statistic.' FROM held
  UNION ALL
  SELECT 9, 'of which revived', 'case', n_revived, 'Once on a deleted-case list; a version published later revived them.' FROM held
  UNION ALL
  SELECT 10, 'of which incomplete', 'case', n_incomplete, 'A line of the latest version could not be read; no older version steps in.' FROM held
)
SELECT $as_of AS as_of, step_number::BIGINT AS step_number, step, unit, n, meaning FROM step ORDER BY step_number

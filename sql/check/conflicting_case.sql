-- A child row names the same case as its report version in DEMO.
-- Reads: report_version, case_drug, case_reaction, case_outcome, case_therapy, case_indication, case_reporter
WITH child AS (
  SELECT 'case_drug' AS "table", report_id, case_id, line FROM case_drug
  UNION ALL
  SELECT 'case_reaction', report_id, case_id, line FROM case_reaction
  UNION ALL
  SELECT 'case_outcome', report_id, case_id, line FROM case_outcome
  UNION ALL
  SELECT 'case_therapy', report_id, case_id, line FROM case_therapy
  UNION ALL
  SELECT 'case_indication', report_id, case_id, line FROM case_indication
  UNION ALL
  SELECT 'case_reporter', report_id, case_id, line FROM case_reporter
),
version AS (
  SELECT report_id, min(case_id) AS first_case, max(case_id) AS last_case
  FROM report_version WHERE report_id IS NOT NULL GROUP BY report_id
)
SELECT c."table", c.report_id, c.case_id, c.line, 'DEMO gives the report another case number' AS reason
FROM child AS c
INNER JOIN version AS v ON v.report_id = c.report_id
WHERE c.case_id <> v.first_case AND c.case_id <> v.last_case

-- A child row belongs to a report version that DEMO publishes, or whose rejected DEMO line names it.
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
)
SELECT
  c."table", c.report_id, c.case_id, c.line,
  CASE WHEN c.report_id IS NULL THEN 'the report number is not a number' ELSE 'DEMO has no such report' END AS reason
FROM child AS c
WHERE NOT EXISTS (SELECT 1 FROM report_version AS v WHERE v.report_id = c.report_id)

-- A child row belongs to a report version in DEMO (or to a rejected DEMO line that names it), under the same case number.
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
unmatched AS (
  SELECT c."table", c.report_id, c.case_id, c.line
  FROM child AS c
  WHERE NOT EXISTS (SELECT 1 FROM report_version AS v WHERE v.report_id = c.report_id AND v.case_id = c.case_id)
)
SELECT
  u."table", u.report_id, u.case_id, u.line,
  CASE
    WHEN u.report_id IS NULL THEN 'the report number is not a number'
    WHEN v.report_id IS NULL THEN 'DEMO has no such report'
    ELSE 'DEMO gives the report another case number'
  END AS reason
FROM unmatched AS u
LEFT JOIN (SELECT report_id, max(case_id) AS case_id FROM report_version GROUP BY report_id) AS v
  ON v.report_id = u.report_id
WHERE v.report_id IS NULL OR (u.case_id IS NOT NULL AND v.case_id IS NOT NULL)

-- A drug entry has a role and an outcome line has an outcome: without it the row counts for nothing.
-- Reads: case_drug, case_outcome
SELECT 'case_drug' AS "table", report_id, case_id, line, 'the role is empty' AS reason
FROM case_drug
WHERE role_code IS NULL
UNION ALL
SELECT 'case_outcome', report_id, case_id, line, 'the outcome is empty'
FROM case_outcome
WHERE outcome_code IS NULL

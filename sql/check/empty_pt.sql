-- A reaction line has a preferred term.
-- Reads: case_reaction
SELECT 'case_reaction' AS "table", report_id, case_id, line, 'the preferred term is empty' AS reason
FROM case_reaction
WHERE pt IS NULL

-- The latest versions of the cases of candidate pairs, by quarter and report number.
-- Reads: case_latest, candidate_case
SELECT DISTINCT c.quarter, c.report_id FROM case_latest AS c SEMI JOIN candidate_case AS k ON k.case_id = c.case_id

-- The touched cases as they stand now; those withdrawn are not there.
-- Reads: case_latest, touched_case
SELECT * FROM case_latest AS c SEMI JOIN touched_case AS t ON t.case_id = c.case_id

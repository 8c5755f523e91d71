-- The current cases that are counted: duplicates are left out unless they are asked for.
-- Reads: case_current
SELECT * FROM case_current WHERE kept_case_id IS NULL OR $with_duplicates

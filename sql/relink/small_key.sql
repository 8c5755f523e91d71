-- The same rows by their own numbers instead of their turns: a case may stand here at both data-lock points.
-- Reads: key_row
SELECT * REPLACE (row_id AS turn) FROM key_row

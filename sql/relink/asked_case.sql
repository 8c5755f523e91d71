-- Cases whose pairs are judged anew: those touched, and those of a pair found before in a block that moved.
-- Reads: touched_latest, shaken_case
SELECT case_id FROM touched_latest
UNION
SELECT case_id FROM shaken_case

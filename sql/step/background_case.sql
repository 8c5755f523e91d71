-- Each counted case that is a part of any background asked for, and of which.
-- Reads: case_stratum, stratum_background
SELECT s.case_id, b.backgrounds
FROM case_stratum AS s
JOIN stratum_background AS b ON b.stratum_id = s.stratum_id

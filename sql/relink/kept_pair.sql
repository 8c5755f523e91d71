-- Pairs found before that stand as they did: compared again only to write down the same evidence.
-- Reads: found_pair, shaken_case
SELECT p.case_id, p.other_case_id
FROM found_pair AS p
ANTI JOIN shaken_case AS a ON a.case_id = p.case_id
ANTI JOIN shaken_case AS b ON b.case_id = p.other_case_id

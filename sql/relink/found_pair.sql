-- Pairs found at the earlier data-lock point of which neither case was touched since.
-- Reads: earlier_duplicate_pair, touched_case
SELECT p.case_id, p.other_case_id
FROM earlier_duplicate_pair AS p
ANTI JOIN touched_case AS a ON a.case_id = p.case_id
ANTI JOIN touched_case AS b ON b.case_id = p.other_case_id

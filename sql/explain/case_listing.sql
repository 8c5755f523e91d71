-- The newest deletion list of the side shown that names each changed case.
-- Reads: withdrawn_case, changed_case
SELECT w.case_id, max(w.quarter) AS listed_quarter
FROM withdrawn_case AS w
SEMI JOIN changed_case AS c ON c.case_id = w.case_id
GROUP BY w.case_id

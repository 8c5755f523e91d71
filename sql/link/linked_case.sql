-- Each candidate case with the fields of its latest version that are compared, and when it became known.
-- Reads: linked_version, case_latest, candidate_case
SELECT v.*, c.first_quarter, c.initial_receipt_date
FROM linked_version AS v
JOIN case_latest AS c ON c.case_id = v.case_id AND c.quarter = v.quarter
SEMI JOIN candidate_case AS k ON k.case_id = v.case_id

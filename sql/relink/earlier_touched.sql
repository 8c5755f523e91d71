-- The touched cases as they stood at the earlier data-lock point.
-- Reads: earlier_case_current, touched_case, first_version
SELECT c.case_id, c.quarter, coalesce(f.first_quarter, c.quarter) AS first_quarter, c.initial_receipt_date
FROM earlier_case_current AS c
SEMI JOIN touched_case AS t ON t.case_id = c.case_id
LEFT JOIN first_version AS f ON f.case_id = c.case_id

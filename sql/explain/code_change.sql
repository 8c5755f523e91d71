-- The exposed cases that another code version counted in another cell of the same data.
-- Reads: stored_cell, from_cell, from_place
SELECT
  coalesce(s.case_id, f.case_id) AS case_id, 'code' AS reason, s.cell AS from_cell, f.cell AS to_cell, NULL AS changed_fields,
  p.quarter AS from_quarter, p.report_id AS from_report_id, p.quarter AS to_quarter, p.report_id AS to_report_id
FROM stored_cell AS s
FULL JOIN from_cell AS f ON f.case_id = s.case_id
LEFT JOIN from_place AS p ON p.case_id = coalesce(s.case_id, f.case_id)
WHERE s.cell IS DISTINCT FROM f.cell AND (s.cell IS NOT NULL OR f.cell IN ('a', 'b'))

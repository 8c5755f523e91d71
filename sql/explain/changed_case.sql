-- The cases counted in another cell on one side than on the other; no cell where a side does not count them.
-- Reads: from_cell, to_cell, from_place, to_place
WITH moved AS (
  SELECT
    coalesce(f.question_id, t.question_id) AS question_id, coalesce(f.case_id, t.case_id) AS case_id,
    f.cell AS from_cell, t.cell AS to_cell
  FROM from_cell AS f
  FULL JOIN to_cell AS t ON t.question_id = f.question_id AND t.case_id = f.case_id
  WHERE f.cell IS DISTINCT FROM t.cell
)
SELECT
  m.question_id, m.case_id, m.from_cell, m.to_cell,
  f.case_id IS NOT NULL AS was_current, t.case_id IS NOT NULL AS is_current,
  f.kept_case_id AS from_kept_case_id, t.kept_case_id AS to_kept_case_id,
  f.quarter AS from_quarter, t.quarter AS to_quarter,
  f.report_id AS from_report_id, t.report_id AS to_report_id,
  coalesce(f.is_report_number_shared, false) AS is_from_number_shared,
  coalesce(t.is_report_number_shared, false) AS is_to_number_shared,
  f.initial_receipt_date AS from_receipt_date, t.initial_receipt_date AS to_receipt_date
FROM moved AS m
LEFT JOIN from_place AS f ON f.case_id = m.case_id
LEFT JOIN to_place AS t ON t.case_id = m.case_id

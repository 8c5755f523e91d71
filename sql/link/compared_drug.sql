-- The terms that the drugs of each version count as, in any role but "not administered".
-- Reads: case_drug, linked_version, drug_term_text, compared_term
WITH drug_term AS (
  SELECT k.text_id, t.term_id, t.is_car_t
  FROM drug_term_text AS k
  JOIN compared_term AS t ON t.kind = 'drug' AND t.term = k.term AND t.is_car_t = k.is_car_t
),
entry AS (
  SELECT quarter, report_id, case_id, hash(hash(drug_name), hash(active_ingredient)) AS text_id
  FROM case_drug
  WHERE role_code IS DISTINCT FROM 'DN'
)
SELECT c.quarter, c.case_id, t.term_id, t.is_car_t
FROM entry AS d
JOIN linked_version AS c ON c.quarter = d.quarter AND c.report_id = d.report_id
  AND (NOT c.is_report_number_shared OR c.case_id = d.case_id)
JOIN drug_term AS t ON t.text_id = d.text_id

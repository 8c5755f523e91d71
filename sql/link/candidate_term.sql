-- Each drug and reaction of a candidate case once, with its frozen weight.
-- Reads: linked_case, compared_drug, compared_reaction, compared_term
WITH named AS (
  SELECT d.case_id, d.term_id FROM compared_drug AS d SEMI JOIN linked_case AS c ON c.case_id = d.case_id AND c.quarter = d.quarter
  UNION
  SELECT r.case_id, r.term_id FROM compared_reaction AS r SEMI JOIN linked_case AS c ON c.case_id = r.case_id AND c.quarter = r.quarter
)
SELECT n.case_id, n.term_id, t.kind, t.is_car_t, t.weight, t.car_t_weight
FROM named AS n
JOIN compared_term AS t ON t.term_id = n.term_id

-- Each drug and reaction of a candidate case once, with its frozen weight.
-- Reads: candidate_case, compared_drug, compared_reaction, compared_term
WITH named AS (
  SELECT case_id, term_id FROM compared_drug WHERE case_id IN (SELECT case_id FROM candidate_case)
  UNION
  SELECT case_id, term_id FROM compared_reaction WHERE case_id IN (SELECT case_id FROM candidate_case)
)
SELECT n.case_id, n.term_id, t.kind, t.is_car_t, t.weight, t.car_t_weight
FROM named AS n
JOIN compared_term AS t ON t.term_id = n.term_id

-- The drugs and reactions that the two cases of a candidate pair share, counted and weighed.
-- Reads: candidate_pair, candidate_term
-- Where they share a CAR-T product, other terms weigh as they do among reports with a CAR-T: those resemble each other.
WITH shared AS (
  SELECT
    p.case_id, p.other_case_id, bool_or(a.is_car_t) AS shares_car_t,
    count(*) FILTER (WHERE a.kind = 'drug') AS n_drugs, count(*) FILTER (WHERE a.kind = 'reaction') AS n_reactions,
    sum(a.weight) FILTER (WHERE a.kind = 'drug') AS drug_weight,
    sum(a.car_t_weight) FILTER (WHERE a.kind = 'drug') AS drug_car_t_weight,
    sum(a.weight) FILTER (WHERE a.kind = 'reaction') AS reaction_weight,
    sum(a.car_t_weight) FILTER (WHERE a.kind = 'reaction') AS reaction_car_t_weight
  FROM candidate_pair AS p
  JOIN candidate_term AS a ON a.case_id = p.case_id
  JOIN candidate_term AS b ON b.case_id = p.other_case_id AND b.term_id = a.term_id
  GROUP BY p.case_id, p.other_case_id
)
SELECT
  case_id, other_case_id, shares_car_t, n_drugs, n_reactions,
  coalesce(CASE WHEN shares_car_t THEN drug_car_t_weight ELSE drug_weight END, 0) AS drug_weight,
  coalesce(CASE WHEN shares_car_t THEN reaction_car_t_weight ELSE reaction_weight END, 0) AS reaction_weight
FROM shared

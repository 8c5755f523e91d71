-- Every drug and preferred term that occurs, numbered from the rarest on by its frozen weight, and that weight.
-- Reads: drug_term_text, case_reaction, vocabulary_former_name, linkage_term, linkage_default
-- Weights are thousandths of a bit: -log2 of the share of reports with the term, among all reports and among those
-- with a CAR-T. A term that was not seen when the weights were frozen has the stated default.
WITH occurring AS (
  SELECT DISTINCT 'drug' AS kind, term, is_car_t FROM drug_term_text
  UNION ALL
  SELECT DISTINCT 'reaction', coalesce(f.current_pt, r.pt), false
  FROM case_reaction AS r
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = r.pt
  WHERE r.pt IS NOT NULL
),
weighed AS (
  SELECT
    o.kind, o.term, o.is_car_t, coalesce(w.weight, d.weight) AS weight,
    CASE WHEN o.is_car_t THEN coalesce(w.weight, d.weight) ELSE coalesce(w.car_t_weight, d.car_t_weight) END
      AS car_t_weight
  FROM occurring AS o
  JOIN linkage_default AS d ON d.kind = o.kind
  LEFT JOIN linkage_term AS w ON w.kind = o.kind AND w.term = o.term
)
SELECT
  kind, term, is_car_t, weight, car_t_weight,
  row_number() OVER (ORDER BY weight DESC, kind, term)::INTEGER AS term_id
FROM weighed

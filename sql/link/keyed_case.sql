-- Each complete current case with what its blocks are made of: its rarest drug, its rarest reaction, its CAR-T product.
-- Reads: linked_case, compared_drug, compared_reaction, compared_term
-- turn numbers the cases in the order in which they became known: quarter of the first version published, first receipt,
-- case number. What a later quarter brings never comes before it.
WITH drug AS (
  SELECT case_id, min(term_id) AS drug_id, min(term_id) FILTER (WHERE is_car_t) AS car_t_id
  FROM compared_drug
  GROUP BY case_id
),
reaction AS (
  SELECT case_id, min(term_id) AS reaction_id FROM compared_reaction GROUP BY case_id
),
ordered AS (
  SELECT case_id, row_number() OVER (ORDER BY first_quarter, initial_receipt_date NULLS LAST, case_id) AS turn
  FROM linked_case
)
SELECT
  c.case_id, o.turn, c.age, c.age_years, c.sex_code, c.event_country_code, c.number_key, c.authority_key, c.number_digits,
  c.authority_digits, c.literature_key, c.event_day, c.event_month,
  (12 * year(c.initial_receipt_date) + month(c.initial_receipt_date) - 1)::INTEGER AS receipt_month, d.drug_id, d.car_t_id, r.reaction_id,
  dt.weight + rt.weight AS rarity
FROM linked_case AS c
JOIN ordered AS o ON o.case_id = c.case_id
LEFT JOIN drug AS d ON d.case_id = c.case_id
LEFT JOIN reaction AS r ON r.case_id = c.case_id
LEFT JOIN compared_term AS dt ON dt.term_id = d.drug_id
LEFT JOIN compared_term AS rt ON rt.term_id = r.reaction_id

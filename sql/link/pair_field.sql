-- How far each field of a candidate pair agrees: one level for each field; null where a side lacks it.
-- Reads: candidate_pair, told_case, shared_term, alike_drug
WITH pair AS (
  SELECT
    p.case_id, p.other_case_id, a, b, coalesce(s.shares_car_t, false) AS shares_car_t, l.case_id IS NOT NULL AS has_alike_drug,
    coalesce(s.n_drugs, 0) AS n_shared_drugs, coalesce(s.n_reactions, 0) AS n_shared_reactions,
    coalesce(s.drug_weight, 0) AS shared_drug_weight, coalesce(s.reaction_weight, 0) AS shared_reaction_weight
  FROM candidate_pair AS p
  JOIN told_case AS a ON a.case_id = p.case_id
  JOIN told_case AS b ON b.case_id = p.other_case_id
  LEFT JOIN shared_term AS s ON s.case_id = p.case_id AND s.other_case_id = p.other_case_id
  LEFT JOIN alike_drug AS l ON l.case_id = p.case_id AND l.other_case_id = p.other_case_id
)
SELECT
  case_id, other_case_id, shares_car_t, a.is_car_t OR b.is_car_t AS is_car_t,
  a.is_car_t <> b.is_car_t AS has_one_car_t,
  a.is_designated OR b.is_designated OR a.is_designated_if_fatal AND b.is_fatal OR b.is_designated_if_fatal AND a.is_fatal
    AS is_designated,
  CASE
    WHEN a.number_key = b.number_key THEN 'equal'
    WHEN list_has_any(a.numbers, b.numbers) OR list_has_any(a.numbers, b.authorities)
      OR list_has_any(a.authorities, b.numbers) THEN 'digits'
    WHEN a.number_key <> b.number_key AND a.sender_key = b.sender_key THEN 'own'
    WHEN least(length(a.number_key), length(b.number_key)) >= $long_number
      AND levenshtein(a.number_key, b.number_key) <= $slips THEN 'near'
    WHEN a.number_key <> b.number_key THEN 'other'
  END AS number_level,
  coalesce(a.number_key <> b.number_key AND a.sender_key = b.sender_key, false) AS has_two_numbers,
  CASE WHEN a.sender_key = b.sender_key THEN 'equal' WHEN a.sender_key <> b.sender_key THEN 'apart' END AS sender_level,
  CASE WHEN a.authority_key = b.authority_key THEN 'equal' WHEN a.authority_key <> b.authority_key THEN 'apart' END
    AS authority_level,
  CASE
    WHEN a.literature_key = b.literature_key THEN 'equal'
    WHEN levenshtein(left(a.literature_key, $read_of_article), left(b.literature_key, $read_of_article)) <= 2 * $slips
      THEN 'near'
    WHEN a.literature_key <> b.literature_key THEN 'apart'
  END AS literature_level,
  CASE
    WHEN a.event_day = b.event_day THEN 'day'
    WHEN abs(a.event_day - b.event_day) <= $near_days THEN 'near'
    WHEN year(a.event_day) = year(b.event_day) AND day(a.event_day) = month(b.event_day)
      AND month(a.event_day) = day(b.event_day) THEN 'swapped'
    WHEN a.event_day IS NOT NULL AND b.event_day IS NOT NULL
      THEN CASE WHEN abs(a.event_day - b.event_day) <= $close_days THEN 'close' ELSE 'apart' END
    WHEN a.event_month = b.event_month THEN 'month'
    WHEN a.event_month <> b.event_month THEN 'apart'
  END AS date_level,
  CASE
    WHEN a.age = b.age THEN 'equal'
    WHEN abs(a.age_years - b.age_years) <= $near_years THEN 'near'
    WHEN a.age <> b.age THEN 'apart'
  END AS age_level,
  coalesce(abs(a.age_years - b.age_years) > $clash_years, false) AS clashes_in_age,
  CASE WHEN a.sex_code = b.sex_code THEN 'equal' WHEN a.sex_code <> b.sex_code THEN 'apart' END AS sex_level,
  CASE
    WHEN abs(a.weight_kg - b.weight_kg) <= $same_kg THEN 'equal'
    WHEN abs(a.weight_kg - b.weight_kg) <= $near_kg THEN 'near'
    WHEN a.weight_kg <> b.weight_kg THEN 'apart'
  END AS weight_level,
  coalesce(
    least(a.age_years, b.age_years) >= $infant_years
    AND abs(a.weight_kg - b.weight_kg) <= $same_weight_share * greatest(a.weight_kg, b.weight_kg), false
  ) AS weighs_the_same,
  CASE
    WHEN a.event_country_code = b.event_country_code THEN 'equal'
    WHEN a.event_country_code <> b.event_country_code THEN 'apart'
  END AS country_level,
  a.country_weight,
  CASE
    WHEN a.reporter_type_code = b.reporter_type_code THEN 'equal'
    WHEN a.reporter_type_code <> b.reporter_type_code THEN 'apart'
  END AS reporter_level,
  CASE WHEN a.outcome_codes = b.outcome_codes THEN 'equal' WHEN a.outcome_codes <> b.outcome_codes THEN 'apart' END
    AS outcome_level,
  CASE
    WHEN abs(a.initial_receipt_date - b.initial_receipt_date) <= $soon_days THEN 'soon'
    WHEN abs(a.initial_receipt_date - b.initial_receipt_date) <= $late_days THEN 'later'
    WHEN a.initial_receipt_date <> b.initial_receipt_date THEN 'apart'
  END || CASE WHEN a.event_month IS NULL OR b.event_month IS NULL THEN ', undated' ELSE '' END AS receipt_level,
  coalesce(a.reporter_type_code IN ('CN', 'LW'), false) OR coalesce(b.reporter_type_code IN ('CN', 'LW'), false)
    AS is_claim,
  CASE
    WHEN least(a.n_drugs, b.n_drugs) = 0 THEN NULL
    WHEN n_shared_drugs = 0 AND has_alike_drug THEN 'alike'
    WHEN n_shared_drugs = 0 THEN 'none'
    WHEN n_shared_drugs = greatest(a.n_drugs, b.n_drugs) THEN 'equal'
    WHEN n_shared_drugs = least(a.n_drugs, b.n_drugs) THEN 'within'
    ELSE 'some'
  END AS drug_level,
  n_shared_drugs + n_shared_reactions = 0 AS shares_no_term,
  shared_drug_weight, least(a.n_drugs, b.n_drugs) - n_shared_drugs AS n_drugs_unshared,
  greatest(a.n_drugs, b.n_drugs) - least(a.n_drugs, b.n_drugs) AS n_drugs_more,
  CASE
    WHEN least(a.n_reactions, b.n_reactions) = 0 THEN NULL
    WHEN n_shared_reactions = 0 THEN 'none'
    WHEN n_shared_reactions = greatest(a.n_reactions, b.n_reactions) THEN 'equal'
    WHEN n_shared_reactions = least(a.n_reactions, b.n_reactions) THEN 'within'
    ELSE 'some'
  END AS reaction_level,
  shared_reaction_weight, least(a.n_reactions, b.n_reactions) - n_shared_reactions AS n_reactions_unshared,
  greatest(a.n_reactions, b.n_reactions) - least(a.n_reactions, b.n_reactions) AS n_reactions_more
FROM pair

-- Each candidate pair that a rule or the linkage finds, or that asks for a review, and why it is not merged.
-- Reads: weighed_pair
-- same number: one manufacturer's number and sender. same authority: one authority's number. same content: day, age,
-- sex, country, all drugs and all reactions known and equal. same article: reference, age, sex, country, all drugs and
-- all reactions equal. A rule asks for no weight beyond what tells the patient; the linkage asks for all of it.
WITH known AS (
  SELECT
    *,
    coalesce(date_level = 'day', false) AS tells_day,
    coalesce(date_weight > 0, false) AS tells_some_date,
    coalesce(age_level = 'equal', false) AS tells_age,
    coalesce(age_level IN ('equal', 'near') OR weight_level = 'equal', false) AS tells_patient,
    coalesce(weight_level = 'equal', false) AS tells_weight,
    coalesce(authority_level = 'equal', false) AS has_authority,
    coalesce(drug_level = 'equal' AND reaction_level = 'equal', false) AS has_same_terms,
    coalesce(drug_level IN ('equal', 'within') AND reaction_level IN ('equal', 'within'), false) AS has_nested_terms,
    coalesce(sex_level = 'equal' AND country_level = 'equal', false) AS has_same_sex_and_country
  FROM weighed_pair
),
ruled AS (
  SELECT
    *,
    CASE
      WHEN number_level = 'equal' AND sender_level = 'equal' THEN 'same number'
      WHEN has_authority THEN 'same authority number'
      WHEN tells_day AND tells_age AND has_same_sex_and_country AND has_same_terms THEN 'same content'
      WHEN literature_level = 'equal' AND tells_age AND has_same_sex_and_country AND has_same_terms THEN 'same article'
      WHEN total_weight >= $threshold THEN 'linkage'
      WHEN total_weight >= $review AND (is_car_t OR is_designated) THEN 'review'
    END AS rule
  FROM known
),
judged AS (
  SELECT
    *,
    CASE
      WHEN sex_level = 'apart' THEN 'another sex'
      WHEN clashes_in_age THEN 'another age'
      WHEN is_designated THEN 'designated event: merged by a person only'
      WHEN rule = 'review' THEN 'weight below the threshold'
      WHEN has_one_car_t THEN 'only one names a CAR-T: merged by a person only'
      WHEN rule IN ('same number', 'same authority number') AND shares_no_term THEN 'a number, and nothing else in common'
      WHEN rule = 'same authority number' AND country_level = 'apart' THEN 'one authority number, two countries'
      WHEN has_authority AND country_level IS DISTINCT FROM 'apart' THEN NULL
      WHEN rule = 'same number' AND is_claim AND NOT (tells_age OR tells_weight OR tells_day)
        THEN 'claims may share a number, and nothing tells the patient'
      WHEN has_two_numbers AND NOT (tells_day AND tells_age AND weighs_the_same) THEN 'one sender, two numbers'
      WHEN number_level IS NULL AND sender_level = 'equal' AND NOT (tells_weight OR tells_day AND tells_age)
        THEN 'one sender, no numbers, and too little that tells the patient'
      WHEN rule = 'linkage' AND NOT tells_patient AND NOT tells_some_date AND number_weight <= 0
        AND total_weight < $threshold_of_terms THEN 'drugs and reactions alone'
      WHEN rule = 'linkage' AND is_car_t
        AND (total_weight < $threshold_of_car_t OR NOT (tells_age OR tells_weight OR number_weight > 0))
        THEN 'patients of one CAR-T centre look alike'
      WHEN literature_level IS NOT NULL AND rule <> 'same number'
        AND NOT (tells_weight OR tells_day AND tells_patient OR tells_age AND has_nested_terms)
        THEN 'an article may have several such patients'
    END AS reason
  FROM ruled
  WHERE rule IS NOT NULL
)
SELECT * FROM judged WHERE reason IS DISTINCT FROM 'drugs and reactions alone' OR is_car_t OR is_designated

-- What the blocks of each version are made of: patient, day, numbers, its rarest drug and reaction, its CAR-T product.
-- Reads: linked_version, compared_drug, compared_reaction, compared_term
-- Worked out from the version alone and written down as it is: it holds for as long as code and weights do.
WITH drug AS (
  SELECT quarter, case_id, min(term_id) AS term_id, min(term_id) FILTER (WHERE is_car_t) AS car_t_id
  FROM compared_drug
  GROUP BY quarter, case_id
),
reaction AS (
  SELECT quarter, case_id, min(term_id) AS term_id FROM compared_reaction GROUP BY quarter, case_id
)
SELECT
  v.quarter, v.case_id, v.age_years, v.sex_code, v.event_country_code, v.event_day AS event_date, v.event_month,
  list_sort(list_distinct(list_filter([v.number_key, v.authority_key], lambda k: k IS NOT NULL) || v.number_digits || v.authority_digits))
    AS numbers,
  left(v.literature_key, 24) AS literature_start, right(v.literature_key, 24) AS literature_end,
  dt.term AS rarest_drug, ct.term AS car_t, rt.term AS rarest_reaction,
  coalesce(dt.weight + rt.weight >= $rare_content, false) AS has_rare_content
FROM linked_version AS v
LEFT JOIN drug AS d ON d.case_id = v.case_id AND d.quarter = v.quarter
LEFT JOIN reaction AS r ON r.case_id = v.case_id AND r.quarter = v.quarter
LEFT JOIN compared_term AS dt ON dt.term_id = d.term_id
LEFT JOIN compared_term AS ct ON ct.term_id = d.car_t_id
LEFT JOIN compared_term AS rt ON rt.term_id = r.term_id

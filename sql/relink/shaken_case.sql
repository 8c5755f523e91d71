-- Each case of a shaken pair.
-- Reads: shaken_number, shaken_day, shaken_day_drug, shaken_day_reaction, shaken_month_drug, shaken_month_reaction, shaken_person, shaken_literature, shaken_content, shaken_car_t
WITH pair AS (
  SELECT case_id, other_case_id FROM shaken_number
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_day
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_day_drug
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_day_reaction
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_month_drug
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_month_reaction
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_person
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_literature
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_content
  UNION ALL
  SELECT case_id, other_case_id FROM shaken_car_t
)
SELECT case_id FROM pair UNION SELECT other_case_id FROM pair

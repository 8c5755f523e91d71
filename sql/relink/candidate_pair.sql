-- Every pair to judge: those of the blocks asked about and those found before that stand as they did, once each.
-- Reads: kept_pair, pair_number, pair_day, pair_day_drug, pair_day_reaction, pair_month_drug, pair_month_reaction, pair_person, pair_literature, pair_content, pair_car_t
SELECT case_id, other_case_id FROM kept_pair
UNION
SELECT case_id, other_case_id FROM pair_number
UNION
SELECT case_id, other_case_id FROM pair_day
UNION
SELECT case_id, other_case_id FROM pair_day_drug
UNION
SELECT case_id, other_case_id FROM pair_day_reaction
UNION
SELECT case_id, other_case_id FROM pair_month_drug
UNION
SELECT case_id, other_case_id FROM pair_month_reaction
UNION
SELECT case_id, other_case_id FROM pair_person
UNION
SELECT case_id, other_case_id FROM pair_literature
UNION
SELECT case_id, other_case_id FROM pair_content
UNION
SELECT case_id, other_case_id FROM pair_car_t

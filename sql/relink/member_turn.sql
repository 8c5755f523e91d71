-- The cases that stand in a block asked about, by their turn.
-- Reads: member_number, member_day, member_day_drug, member_day_reaction, member_month_drug, member_month_reaction, member_person, member_literature, member_content, member_car_t
SELECT turn FROM member_number
UNION
SELECT turn FROM member_day
UNION
SELECT turn FROM member_day_drug
UNION
SELECT turn FROM member_day_reaction
UNION
SELECT turn FROM member_month_drug
UNION
SELECT turn FROM member_month_reaction
UNION
SELECT turn FROM member_person
UNION
SELECT turn FROM member_literature
UNION
SELECT turn FROM member_content
UNION
SELECT turn FROM member_car_t

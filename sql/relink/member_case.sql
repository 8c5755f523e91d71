-- The cases that stand in a block asked about.
-- Reads: standing_key, member_turn
SELECT k.case_id, k.turn, k.sex_code, k.age_years FROM standing_key AS k SEMI JOIN member_turn AS m ON m.turn = k.turn

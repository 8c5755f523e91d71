-- Each case of a candidate pair, once.
-- Reads: candidate_pair
SELECT case_id FROM candidate_pair
UNION
SELECT other_case_id FROM candidate_pair

-- Each pair of current cases that a rule or the linkage found, with its evidence.
-- Reads: duplicate_evidence
SELECT
  $as_of AS as_of, case_id, other_case_id, rule, weight, agreed, differed, is_car_t, is_merged, reason, weights_version
FROM duplicate_evidence
ORDER BY case_id, other_case_id

-- Pairs found with a CAR-T product or a designated event, merged or not, for a person to review; merged ones first.
-- Reads: duplicate_pair, case_current
SELECT
  p.case_id, p.other_case_id, p.is_merged, p.rule, p.reason, p.weight, p.agreed, p.differed,
  CASE WHEN p.is_merged THEN coalesce(c.kept_case_id, p.case_id) END AS kept_case_id, p.weights_version
FROM duplicate_pair AS p
LEFT JOIN case_current AS c ON c.case_id = p.case_id
WHERE p.is_car_t OR p.reason LIKE 'designated%'
ORDER BY p.is_merged DESC, p.weight DESC, p.case_id, p.other_case_id

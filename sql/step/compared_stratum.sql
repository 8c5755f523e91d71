-- The definition of every comparison: which strata stand on which side of each product and comparator, and which are left out.
-- Reads: stratum, vocabulary_product, vocabulary_comparator
-- reason: why cases that would belong to a side are left out of it, null where they are compared. Only cases of the product
-- can be left out for their disease or for the other age: of other cases these make the comparator.
WITH asked AS (
  SELECT
    s.stratum_id, v.product, k.comparator,
    (s.products & v.bit) <> 0 AS is_exposed,
    (s.products & v.same_target) <> 0 AS has_same_target,
    (s.disease_groups & v.disease_groups) <> 0 AS has_indication,
    k.age_band IS NULL OR k.age_band = s.age_band AS has_age,
    s.received_since >= v.approval_date AS is_since_approval,
    s.is_car_t, s.names_two_car_ts, s.names_solicited, s.is_indication_missing, s.age_band,
    k.needs_indication, k.excludes_car_t, k.excludes_solicited, k.since_approval, k.needs_same_target
  FROM stratum AS s
  CROSS JOIN vocabulary_product AS v
  CROSS JOIN vocabulary_comparator AS k
  WHERE NOT k.needs_same_target OR v.same_target <> 0
)
SELECT
  product, comparator, stratum_id, is_exposed,
  CASE
    WHEN needs_same_target AND names_two_car_ts THEN 'two CAR-Ts'
    WHEN needs_indication AND NOT has_indication AND is_indication_missing THEN 'no indication'
    WHEN needs_indication AND NOT has_indication THEN 'another indication'
    WHEN NOT has_age AND age_band = 'unknown' THEN 'unknown age'
    WHEN NOT has_age THEN 'another age'
  END AS reason
FROM asked
WHERE is_exposed
  OR (
    (NOT needs_same_target OR has_same_target)
    AND (NOT needs_indication OR has_indication)
    AND (NOT excludes_car_t OR NOT is_car_t)
    AND (NOT excludes_solicited OR NOT names_solicited)
    AND (NOT since_approval OR coalesce(is_since_approval, false))
    AND (has_age OR age_band = 'unknown')
  )

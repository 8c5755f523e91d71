-- Cases of the own cohort among the counted cases with a product and an endpoint.
-- Reads: product_event_case, own_cohort_case
SELECT count(*) AS n_cases
FROM product_event_case AS p
WHERE p.product = $product AND p.event = $event AND p.event_kind = 'endpoint' AND p.scope = $scope
  AND p.case_id IN (SELECT case_id FROM own_cohort_case)

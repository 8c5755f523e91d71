-- The cases that stood behind cells a and b of one product and event when a run counted them.
-- Reads: exposed_case, product_event_case
SELECT x.case_id, CASE WHEN e.case_id IS NULL THEN 'b' ELSE 'a' END AS cell
FROM exposed_case AS x
LEFT JOIN (
  SELECT DISTINCT case_id
  FROM product_event_case
  WHERE product = $product AND event_kind = $event_kind AND scope IS NOT DISTINCT FROM $scope
    AND (event = $event OR (event_kind = 'pt' AND upper(event) = $event))
) AS e ON e.case_id = x.case_id
WHERE x.product = $product

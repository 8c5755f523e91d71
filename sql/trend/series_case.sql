-- The cases of each series of a product: all of them (no endpoint), and those with each endpoint in each scope.
-- Reads: exposed_case, product_event_case
SELECT product, '' AS endpoint, '' AS scope, case_id FROM exposed_case
UNION ALL
SELECT product, event, scope, case_id FROM product_event_case WHERE event_kind = 'endpoint'

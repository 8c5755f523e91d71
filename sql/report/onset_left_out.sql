-- Cases of each asked product and endpoint by the first reason to leave them out of the onset, the used ones beside them.
-- Reads: onset_exclusion, asked_product
SELECT e.product, e.endpoint, e.case_set, e.reason_number, e.reason, e.n
FROM onset_exclusion AS e
JOIN asked_product AS p ON p.product = e.product
ORDER BY e.product, e.endpoint, e.case_set, e.reason_number

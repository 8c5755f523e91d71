-- How many used cases of each asked product and endpoint have which days and follow-up, all cases with the endpoint.
-- Reads: onset_case, asked_product
SELECT c.product, c.endpoint, c.days, c.follow_up_days, count(*) AS n_cases
FROM onset_case AS c
JOIN asked_product AS p ON p.product = c.product
WHERE c.case_set = 'all' AND c.reason IS NULL
GROUP BY c.product, c.endpoint, c.days, c.follow_up_days
ORDER BY c.product, c.endpoint, c.days, c.follow_up_days

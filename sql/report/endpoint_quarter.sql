-- Current cases of each asked product and endpoint by the quarter FDA first received them; endpoints overlap.
-- Reads: asked_product, drug, exposure, counted_case, case_event, event
SELECT
  a.product, e.event AS endpoint, e.scope,
  year(c.initial_receipt_date) || 'Q' || quarter(c.initial_receipt_date) AS receipt_quarter, count(*) AS n_cases
FROM asked_product AS a
JOIN drug AS d ON d.drug = a.product
JOIN exposure AS x ON x.drug_id = d.drug_id
JOIN case_event AS v ON v.case_id = x.case_id
JOIN event AS e ON e.event_id = v.event_id AND e.event_kind = 'endpoint'
JOIN counted_case AS c ON c.case_id = x.case_id
GROUP BY a.product, e.event, e.scope, receipt_quarter
ORDER BY a.product, e.event, e.scope DESC, receipt_quarter

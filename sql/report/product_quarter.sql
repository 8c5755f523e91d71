-- Current cases of each asked product by the quarter FDA first received them; a revised case stays in its quarter.
-- Reads: asked_product, drug, exposure, counted_case
SELECT
  a.product, year(c.initial_receipt_date) || 'Q' || quarter(c.initial_receipt_date) AS receipt_quarter,
  count(*) AS n_cases
FROM asked_product AS a
JOIN drug AS d ON d.drug = a.product
JOIN exposure AS x ON x.drug_id = d.drug_id
JOIN counted_case AS c ON c.case_id = x.case_id
GROUP BY a.product, receipt_quarter
ORDER BY a.product, receipt_quarter

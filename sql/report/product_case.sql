-- Current cases that name each asked product as a suspect, and the days FDA first received the first and the last.
-- Reads: asked_product, drug, exposure, counted_case
SELECT
  a.product, count(c.case_id) AS n_cases, count(c.case_id) FILTER (WHERE NOT c.is_complete) AS n_incomplete,
  min(c.initial_receipt_date) AS first_receipt_date, max(c.initial_receipt_date) AS last_receipt_date
FROM asked_product AS a
LEFT JOIN drug AS d ON d.drug = a.product
LEFT JOIN exposure AS x ON x.drug_id = d.drug_id
LEFT JOIN counted_case AS c ON c.case_id = x.case_id
GROUP BY a.product
ORDER BY a.product

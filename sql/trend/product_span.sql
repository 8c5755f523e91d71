-- The span of each product that a dated case names: from its first quarter of receipt to the last quarter held.
-- Reads: dated_case, vocabulary_product
-- start_number: from there on every publication is held, and the product is approved.
SELECT
  d.product, v.approval_date, min(d.receipt_number) AS first_number, $last AS last_number,
  greatest($start, year(v.approval_date) * 4 + quarter(v.approval_date) - 1, min(d.receipt_number)) AS start_number
FROM dated_case AS d
JOIN vocabulary_product AS v ON v.product = d.product
WHERE d.receipt_number <= $last
GROUP BY d.product, v.approval_date
ORDER BY d.product

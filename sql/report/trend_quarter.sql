-- Cases of each asked product and endpoint by quarter of receipt, and the score of everything received until then.
-- Reads: trend, asked_product
SELECT
  t.product, t.endpoint, t.scope, t.comparator, t.receipt_quarter, t.n_cases, t.is_every_quarter_held, t.is_first_quarter_held,
  t.a, t.b, t.c, t.d, t.expected, t.ic, t.ic025, t.ic975, t.is_first_ic_positive, t.comparator_version
FROM trend AS t
JOIN asked_product AS p ON p.product = t.product
WHERE t.scope = 'narrow'
ORDER BY t.product, t.endpoint, t.comparator, t.receipt_quarter

-- Each case of a product and endpoint (narrow), and whether it reports another endpoint as well.
-- Reads: product_event_case, vocabulary_endpoint_term
-- Endpoints of which one holds every narrow term of the other, as infections with and without COVID-19, are not others.
WITH term AS (
  SELECT DISTINCT endpoint, pt FROM vocabulary_endpoint_term WHERE scope = 'narrow'
),
size AS (
  SELECT endpoint, count(*) AS n FROM term GROUP BY endpoint
),
shared AS (
  SELECT a.endpoint, b.endpoint AS other, count(*) AS n
  FROM term AS a
  JOIN term AS b ON b.pt = a.pt AND b.endpoint <> a.endpoint
  GROUP BY a.endpoint, b.endpoint
),
nested AS (
  SELECT s.endpoint, s.other
  FROM shared AS s
  JOIN size AS own ON own.endpoint = s.endpoint
  JOIN size AS of_other ON of_other.endpoint = s.other
  WHERE s.n = own.n OR s.n = of_other.n
),
member AS (
  SELECT product, event AS endpoint, case_id FROM product_event_case WHERE event_kind = 'endpoint' AND scope = 'narrow'
)
SELECT m.product, m.endpoint, m.case_id, coalesce(bool_or(o.endpoint IS NOT NULL AND n.other IS NULL), false) AS has_other
FROM member AS m
LEFT JOIN member AS o ON o.product = m.product AND o.case_id = m.case_id AND o.endpoint <> m.endpoint
LEFT JOIN nested AS n ON n.endpoint = m.endpoint AND n.other = o.endpoint
GROUP BY m.product, m.endpoint, m.case_id

-- Each current case of an asked product with a designated endpoint, one row for each such endpoint; no narrative.
-- Reads: vocabulary_endpoint, event, case_event, asked_product, drug, exposure, counted_case, case_drug, case_outcome
WITH listed AS (
  SELECT v.case_id, e.event AS endpoint, CASE WHEN bool_or(e.scope = 'narrow') THEN 'narrow' ELSE 'broad' END AS scope
  FROM vocabulary_endpoint AS p
  JOIN event AS e ON e.event_kind = 'endpoint' AND e.event = p.endpoint
  JOIN case_event AS v ON v.event_id = e.event_id
  WHERE p.is_designated
  GROUP BY v.case_id, e.event
),
exposed AS (
  SELECT DISTINCT x.case_id
  FROM asked_product AS a
  JOIN drug AS d ON d.drug = a.product
  JOIN exposure AS x ON x.drug_id = d.drug_id
),
product AS (
  SELECT x.case_id, string_agg(d.drug, '; ' ORDER BY d.drug) AS products
  FROM exposure AS x
  JOIN drug AS d ON d.drug_id = x.drug_id
  WHERE d.is_car_t AND d.drug <> 'any_car_t' AND x.case_id IN (SELECT case_id FROM exposed)
  GROUP BY x.case_id
),
entry AS (
  SELECT c.case_id, d.drug_name || coalesce(' [' || d.role_code || ']', '') AS drug, min(d.drug_seq) AS drug_seq
  FROM case_drug AS d
  JOIN counted_case AS c ON c.quarter = d.quarter AND c.report_id = d.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = d.case_id)
  WHERE c.case_id IN (SELECT case_id FROM exposed) AND d.drug_name IS NOT NULL
  GROUP BY c.case_id, d.drug_name, d.role_code
),
reported_drug AS (
  SELECT case_id, string_agg(drug, '; ' ORDER BY drug_seq, drug) AS drugs_as_reported FROM entry GROUP BY case_id
),
reported_term AS (
  SELECT v.case_id, string_agg(e.event, '; ' ORDER BY e.event) AS terms
  FROM case_event AS v
  JOIN event AS e ON e.event_id = v.event_id AND e.event_kind = 'pt'
  WHERE v.case_id IN (SELECT case_id FROM exposed)
  GROUP BY v.case_id
),
outcome AS (
  SELECT c.case_id, string_agg(DISTINCT o.outcome_code, ', ' ORDER BY o.outcome_code) AS outcome_codes
  FROM case_outcome AS o
  JOIN counted_case AS c ON c.quarter = o.quarter AND c.report_id = o.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = o.case_id)
  WHERE c.case_id IN (SELECT case_id FROM exposed)
  GROUP BY c.case_id
)
SELECT
  l.endpoint, l.scope, l.case_id, p.products, c.event_country_code, c.age_years, c.sex_code, c.reporter_type_code,
  r.drugs_as_reported, t.terms, o.outcome_codes, c.initial_receipt_date, c.version_number, c.quarter, c.is_complete
FROM listed AS l
JOIN exposed AS x ON x.case_id = l.case_id
JOIN counted_case AS c ON c.case_id = l.case_id
LEFT JOIN product AS p ON p.case_id = l.case_id
LEFT JOIN reported_drug AS r ON r.case_id = l.case_id
LEFT JOIN reported_term AS t ON t.case_id = l.case_id
LEFT JOIN outcome AS o ON o.case_id = l.case_id
ORDER BY l.endpoint, l.scope DESC, c.initial_receipt_date, l.case_id

-- Cases of each asked product, and of each of its endpoints with a case of the own cohort, by what is told of their source.
-- Reads: asked_product, drug, exposure, counted_case, case_current, case_event, event, own_cohort_case
-- endpoint: null in the row of all cases of the product; else of the narrow scope. The marks of one case may be several.
WITH exposed AS (
  SELECT a.product, x.case_id
  FROM asked_product AS a
  JOIN drug AS d ON d.drug = a.product
  JOIN exposure AS x ON x.drug_id = d.drug_id
),
told AS (
  SELECT product, NULL AS endpoint, case_id FROM exposed
  UNION ALL
  SELECT x.product, e.event, x.case_id
  FROM exposed AS x
  JOIN case_event AS v ON v.case_id = x.case_id
  JOIN event AS e ON e.event_id = v.event_id AND e.event_kind = 'endpoint' AND e.scope = 'narrow'
),
marked AS (
  SELECT t.product, t.endpoint, c.is_study_report, c.is_literature_report, o.case_id IS NOT NULL AS is_own_cohort
  FROM told AS t
  JOIN counted_case AS k ON k.case_id = t.case_id
  JOIN case_current AS c ON c.case_id = t.case_id
  LEFT JOIN (SELECT DISTINCT case_id FROM own_cohort_case) AS o ON o.case_id = t.case_id
)
SELECT
  product, endpoint, count(*) AS n_cases, count(*) FILTER (WHERE is_study_report) AS n_study_source,
  count(*) FILTER (WHERE is_literature_report) AS n_literature, count(*) FILTER (WHERE is_own_cohort) AS n_own_cohort,
  count(*) FILTER (WHERE NOT is_own_cohort) AS n_without_own_cohort
FROM marked
GROUP BY product, endpoint
HAVING endpoint IS NULL OR count(*) FILTER (WHERE is_own_cohort) > 0
ORDER BY product, endpoint NULLS FIRST

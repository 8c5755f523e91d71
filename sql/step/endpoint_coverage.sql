-- For each endpoint and scope, which of its terms and outcome codes occur in the quarters that published a CAR-T case.
-- Reads: vocabulary_endpoint_term, vocabulary_endpoint_outcome, term, case_reaction, case_outcome, car_t_entry
-- Other quarters cannot tell: where the products' own quarters carry no term, a count of 0 would be a guess.
WITH asked AS (
  SELECT DISTINCT quarter FROM car_t_entry
),
occurring AS (
  SELECT DISTINCT t.pt
  FROM case_reaction AS r
  JOIN asked AS q ON q.quarter = r.quarter
  JOIN term AS t ON t.published_pt = r.pt
),
recorded AS (
  SELECT DISTINCT o.outcome_code FROM case_outcome AS o JOIN asked AS q ON q.quarter = o.quarter
),
listed AS (
  SELECT v.endpoint, v.scope, v.pt, o.pt IS NOT NULL AS is_present
  FROM vocabulary_endpoint_term AS v
  LEFT JOIN occurring AS o ON o.pt = v.pt
  UNION ALL
  SELECT v.endpoint, s.scope, v.outcome_code, o.outcome_code IS NOT NULL
  FROM vocabulary_endpoint_outcome AS v
  CROSS JOIN (VALUES ('narrow'), ('broad')) AS s (scope)
  LEFT JOIN recorded AS o ON o.outcome_code = v.outcome_code
)
SELECT
  endpoint, scope, count(*) AS n_listed, count(*) FILTER (WHERE is_present) AS n_present,
  coalesce(list(pt ORDER BY pt) FILTER (WHERE NOT is_present), []) AS absent
FROM listed
GROUP BY endpoint, scope

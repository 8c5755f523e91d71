-- For each endpoint and scope, which of its terms and outcome codes occur anywhere in what the source published.
-- Reads: vocabulary_endpoint_term, vocabulary_endpoint_outcome, term, case_outcome
WITH listed AS (
  SELECT v.endpoint, v.scope, v.pt, t.pt IS NOT NULL AS is_present
  FROM vocabulary_endpoint_term AS v
  LEFT JOIN (SELECT DISTINCT pt FROM term) AS t ON t.pt = v.pt
  UNION ALL
  SELECT v.endpoint, s.scope, v.outcome_code, v.outcome_code IN (SELECT outcome_code FROM case_outcome)
  FROM vocabulary_endpoint_outcome AS v
  CROSS JOIN (VALUES ('narrow'), ('broad')) AS s (scope)
)
SELECT
  endpoint, scope, count(*) AS n_listed, count(*) FILTER (WHERE is_present) AS n_present,
  coalesce(list(pt ORDER BY pt) FILTER (WHERE NOT is_present), []) AS absent
FROM listed
GROUP BY endpoint, scope

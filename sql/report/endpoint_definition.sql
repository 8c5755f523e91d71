-- Each endpoint's terms and outcome codes in each scope, and whether a quarter with a CAR-T case carries them.
-- Reads: vocabulary_endpoint_term, vocabulary_endpoint_outcome, endpoint_coverage
WITH listed AS (
  SELECT endpoint, scope, pt AS term FROM vocabulary_endpoint_term
  UNION ALL
  SELECT v.endpoint, s.scope, v.outcome_code
  FROM vocabulary_endpoint_outcome AS v
  CROSS JOIN (VALUES ('narrow'), ('broad')) AS s (scope)
)
SELECT v.endpoint, v.scope, v.term, NOT list_contains(c.absent, v.term) AS is_present
FROM listed AS v
JOIN endpoint_coverage AS c ON c.endpoint = v.endpoint AND c.scope = v.scope
ORDER BY ALL

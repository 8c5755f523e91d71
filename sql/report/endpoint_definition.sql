-- Each endpoint's terms and outcome codes in each scope, and whether any report of the source carries them.
-- Reads: vocabulary_endpoint_term, vocabulary_endpoint_outcome, term, case_outcome
SELECT v.endpoint, v.scope, v.pt AS term, v.pt IN (SELECT pt FROM term) AS is_present
FROM vocabulary_endpoint_term AS v
UNION ALL
SELECT v.endpoint, s.scope, v.outcome_code, v.outcome_code IN (SELECT outcome_code FROM case_outcome)
FROM vocabulary_endpoint_outcome AS v
CROSS JOIN (VALUES ('narrow'), ('broad')) AS s (scope)
ORDER BY ALL

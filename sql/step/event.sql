-- One number for each event asked about: every preferred term, and each endpoint in both scopes.
-- Reads: term, vocabulary_endpoint
WITH listed AS (
  SELECT DISTINCT 'pt' AS event_kind, event, NULL AS scope, pt FROM term
  UNION ALL
  SELECT 'endpoint', e.endpoint, s.scope, NULL
  FROM vocabulary_endpoint AS e
  CROSS JOIN (VALUES ('narrow'), ('broad')) AS s (scope)
)
SELECT row_number() OVER (ORDER BY event_kind DESC, event, scope DESC, pt) AS event_id, event_kind, event, scope, pt
FROM listed

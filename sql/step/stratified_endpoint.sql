-- Each endpoint in both scopes, and whether the quarters with a CAR-T case hold any of its terms.
-- Reads: event, endpoint_coverage
SELECT e.event_id, e.event, e.scope, coalesce(c.n_present, 0) > 0 AS is_assessable
FROM event AS e
LEFT JOIN endpoint_coverage AS c ON c.endpoint = e.event AND c.scope = e.scope
WHERE e.event_kind = 'endpoint'
ORDER BY e.event, e.scope DESC

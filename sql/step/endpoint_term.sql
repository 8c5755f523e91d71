-- The endpoint events that each term's event belongs to, in each scope.
-- Reads: event, vocabulary_endpoint, vocabulary_endpoint_term
SELECT t.event_id AS term_id, e.event_id, p.has_index_rule
FROM vocabulary_endpoint_term AS v
JOIN vocabulary_endpoint AS p ON p.endpoint = v.endpoint
JOIN event AS t ON t.pt = v.pt
JOIN event AS e ON e.event_kind = 'endpoint' AND e.event = v.endpoint AND e.scope = v.scope

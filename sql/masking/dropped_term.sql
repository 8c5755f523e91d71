-- The preferred terms that each removal drops from every case, reports kept: the narrow terms of the endpoint removed.
-- Reads: removal, endpoint_term
SELECT r.removal_id, t.term_id
FROM removal AS r
JOIN endpoint_term AS t ON t.event_id = r.removed_event_id
WHERE r.kind = 'term'

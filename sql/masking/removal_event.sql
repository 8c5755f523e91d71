-- The endpoints asked about for each removal.
-- Reads: masking_candidate, removal
SELECT DISTINCT r.removal_id, c.event_id
FROM masking_candidate AS c
JOIN removal AS r ON r.kind = c.kind AND r.removed = c.removed
  AND coalesce(r.for_product, '') = coalesce(c.for_product, '')

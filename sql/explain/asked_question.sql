-- One number for each product and endpoint, narrow scope; the same on both sides of a comparison.
-- Reads: asked_product, event
SELECT row_number() OVER (ORDER BY p.product, e.event) AS question_id, p.product, e.event, e.event_id
FROM asked_product AS p
JOIN event AS e ON e.event_kind = 'endpoint' AND e.scope = 'narrow'

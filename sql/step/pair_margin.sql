-- Each drug key and event that occur together, with both margins, in a fixed order.
-- Reads: pair, drug_margin, event_margin
SELECT p.drug_id, p.event_id, p.a, d.n_drug, e.n_event
FROM pair AS p
JOIN drug_margin AS d ON d.drug_id = p.drug_id
JOIN event_margin AS e ON e.event_id = p.event_id
ORDER BY p.event_id, p.drug_id

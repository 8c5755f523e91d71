-- Each drug key and event that occur together, with both margins and the cases of the comparison.
-- Reads: pair, drug_margin, event_margin, drug, event
SELECT
  $as_of AS as_of, $comparator AS comparator, d.drug, e.event, e.event_kind, e.scope,
  p.a, m.n_drug, n.n_event, $n_cases::BIGINT AS n_cases
FROM pair AS p
JOIN drug AS d ON d.drug_id = p.drug_id
JOIN event AS e ON e.event_id = p.event_id
JOIN drug_margin AS m ON m.drug_id = p.drug_id
JOIN event_margin AS n ON n.event_id = p.event_id
ORDER BY p.event_id, p.drug_id

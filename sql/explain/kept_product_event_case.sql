-- Each counted case once for each CAR-T product and event: the cases behind cell a.
-- Reads: exposure, drug, vocabulary_product, case_event, event
SELECT $as_of AS as_of, d.drug AS product, e.event, e.event_kind, e.scope, x.case_id
FROM exposure AS x
JOIN drug AS d ON d.drug_id = x.drug_id
SEMI JOIN vocabulary_product AS v ON v.product = d.drug
JOIN case_event AS r ON r.case_id = x.case_id
JOIN event AS e ON e.event_id = r.event_id
ORDER BY product, event_kind, event, scope, case_id

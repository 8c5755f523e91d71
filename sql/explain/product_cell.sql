-- The cell, a or b, of each case of each product and endpoint asked about.
-- Reads: asked_question, drug, exposure, case_event
SELECT q.question_id, x.case_id, CASE WHEN e.case_id IS NULL THEN 'b' ELSE 'a' END AS cell
FROM asked_question AS q
JOIN drug AS d ON d.drug = q.product
JOIN exposure AS x ON x.drug_id = d.drug_id
LEFT JOIN case_event AS e ON e.case_id = x.case_id AND e.event_id = q.event_id

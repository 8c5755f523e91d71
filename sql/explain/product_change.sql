-- For each product and endpoint, narrow scope: the cases that entered and left cell a, by reason.
-- Reads: explained_case, asked_question
SELECT
  q.product, q.event AS endpoint, x.reason, coalesce(x.to_cell = 'a', false) AS is_entry, count(*) AS n_cases,
  list(x.case_id ORDER BY x.case_id) AS case_ids
FROM explained_case AS x
JOIN asked_question AS q ON q.question_id = x.question_id
WHERE x.from_cell = 'a' OR x.to_cell = 'a'
GROUP BY q.product, q.event, x.reason, is_entry
ORDER BY q.product, q.event, x.reason, is_entry DESC

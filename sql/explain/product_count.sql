-- For each product and endpoint, narrow scope: cell a on both sides.
-- Reads: asked_question, from_cell, to_cell
WITH counted AS (
  SELECT question_id, 1 AS n_from, 0 AS n_to FROM from_cell WHERE cell = 'a'
  UNION ALL
  SELECT question_id, 0, 1 FROM to_cell WHERE cell = 'a'
)
SELECT q.product, q.event AS endpoint, sum(c.n_from)::BIGINT AS n_from, sum(c.n_to)::BIGINT AS n_to
FROM counted AS c
JOIN asked_question AS q ON q.question_id = c.question_id
GROUP BY q.product, q.event
ORDER BY q.product, q.event

-- Candidate cases with the terms of a designated event: a listed malignancy, whatever its end, or another if it is fatal.
-- Reads: candidate_term, compared_term, candidate_outcome, vocabulary_endpoint, vocabulary_endpoint_term
-- Such a case is never merged by itself, so a malignancy counts before any look at the disease treated. The death may be
-- told by the other report alone: is_designated_if_fatal asks both cases of a pair.
WITH designated AS (
  SELECT DISTINCT t.term_id, e.has_index_rule
  FROM vocabulary_endpoint AS e
  JOIN vocabulary_endpoint_term AS v ON v.endpoint = e.endpoint AND v.scope = 'narrow'
  JOIN compared_term AS t ON t.kind = 'reaction' AND t.term = v.pt
  WHERE e.is_designated
)
SELECT
  n.case_id, bool_or(d.has_index_rule OR coalesce(o.is_fatal, false)) AS is_designated,
  bool_or(NOT d.has_index_rule) AS is_designated_if_fatal
FROM candidate_term AS n
JOIN designated AS d ON d.term_id = n.term_id
LEFT JOIN candidate_outcome AS o ON o.case_id = n.case_id
GROUP BY n.case_id

-- Candidate cases with a designated event: a listed malignancy, whatever its end, or another designated event that was fatal.
-- Reads: candidate_term, compared_term, candidate_outcome, vocabulary_endpoint, vocabulary_endpoint_term
-- Such a case is never merged by itself, so a malignancy counts before any look at the disease treated.
WITH designated AS (
  SELECT DISTINCT t.term_id, e.has_index_rule
  FROM vocabulary_endpoint AS e
  JOIN vocabulary_endpoint_term AS v ON v.endpoint = e.endpoint AND v.scope = 'narrow'
  JOIN compared_term AS t ON t.kind = 'reaction' AND t.term = v.pt
  WHERE e.is_designated
)
SELECT DISTINCT n.case_id
FROM candidate_term AS n
JOIN designated AS d ON d.term_id = n.term_id
LEFT JOIN candidate_outcome AS o ON o.case_id = n.case_id
WHERE d.has_index_rule OR o.is_fatal

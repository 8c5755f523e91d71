-- The preferred terms of each version under today's names.
-- Reads: case_reaction, linked_version, compared_term, vocabulary_former_name
WITH reaction_term AS (
  SELECT term AS pt, term_id FROM compared_term WHERE kind = 'reaction'
  UNION ALL
  SELECT f.former_pt, t.term_id
  FROM vocabulary_former_name AS f
  JOIN compared_term AS t ON t.kind = 'reaction' AND t.term = f.current_pt
)
SELECT c.quarter, c.case_id, t.term_id
FROM case_reaction AS r
JOIN linked_version AS c ON c.quarter = r.quarter AND c.report_id = r.report_id
  AND (NOT c.is_report_number_shared OR c.case_id = r.case_id)
JOIN reaction_term AS t ON t.pt = r.pt

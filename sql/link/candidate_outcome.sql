-- The outcomes of each candidate case as one text, and whether it tells of a death.
-- Reads: case_outcome, linked_case
SELECT
  c.case_id, string_agg(DISTINCT o.outcome_code, ',' ORDER BY o.outcome_code) AS outcome_codes,
  bool_or(o.outcome_code = 'DE') AS is_fatal
FROM case_outcome AS o
JOIN linked_case AS c ON c.quarter = o.quarter AND c.report_id = o.report_id
  AND (NOT c.is_report_number_shared OR c.case_id = o.case_id)
WHERE o.outcome_code IS NOT NULL
GROUP BY c.case_id

-- Each number named with each current case it names: by the manufacturer's number as duplicates compare it, else by the case number.
-- Reads: named_number, number_key, numbered_case, case_current
WITH by_number AS (
  SELECT n.study_id, n.study_as_of, n.number_text, c.case_id
  FROM named_number AS n
  JOIN number_key AS told ON told.number_text = n.number_text
  JOIN number_key AS published ON published.key = told.key
  JOIN numbered_case AS c ON c.number_text = published.number_text
),
by_case AS (
  SELECT n.study_id, n.study_as_of, n.number_text, c.case_id
  FROM named_number AS n
  JOIN case_current AS c ON c.case_id = n.case_id
)
SELECT study_id, study_as_of, number_text, case_id, 1 AS place, 'manufacturer_number' AS matched_by FROM by_number
UNION
SELECT study_id, study_as_of, number_text, case_id, 2, 'case_number' FROM by_case

-- The number of a safety report is that of one patient, however it is written.
-- Reads: study_safety_report
WITH told AS (
  SELECT
    subject_id, safety_report_number,
    regexp_replace(upper(safety_report_id), '[^\p{L}\p{N}]', '', 'g') AS letters_and_digits
  FROM study_safety_report
),
shared AS (
  SELECT letters_and_digits FROM told GROUP BY letters_and_digits HAVING min(subject_id) <> max(subject_id)
)
SELECT
  'study_safety_report' AS "table", t.subject_id, t.safety_report_number AS row_number,
  'another patient has a safety report of that number' AS reason
FROM told AS t
SEMI JOIN shared AS s ON s.letters_and_digits = t.letters_and_digits

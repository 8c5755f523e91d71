-- The day of a death that the extract tells of is known.
-- Reads: study_subject
SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number,
  'a death without its day: survival is overstated' AS reason
FROM study_subject
WHERE list_contains(undated, 'death')

-- The day of a death that the extract tells of is known.
-- Reads: study_subject, registry_rejected
SELECT 'study_subject' AS "table", s.subject_id, NULL::BIGINT AS row_number,
  'a death without its day: survival is overstated' AS reason
FROM study_subject AS s
WHERE s.death_date IS NULL AND EXISTS (
  SELECT 1 FROM registry_rejected AS r
  WHERE r.subject_id = s.subject_id AND r.reason LIKE '%: death_date stays empty'
)

-- The day of the index infusion is known of a patient of whom the extract tells an infusion.
-- Reads: study_subject, study_infusion, car_t_product
SELECT 'study_subject' AS "table", s.subject_id, NULL::BIGINT AS row_number,
  'an infusion without day 0: not followed up' AS reason
FROM study_subject AS s
WHERE s.infusion_date IS NULL AND (
  list_contains(s.undated, 'infusion')
  OR EXISTS (
    SELECT 1 FROM study_infusion AS i
    INNER JOIN car_t_product AS p ON p.product = i.product
    WHERE i.subject_id = s.subject_id
  )
)

-- Cells are taken from a patient before they are infused.
-- Reads: study_subject
SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number,
  'leukapheresis after infusion' AS reason
FROM study_subject
WHERE leukapheresis_date > infusion_date

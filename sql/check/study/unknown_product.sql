-- The product infused is a CAR-T product of the vocabulary.
-- Reads: study_infusion, car_t_product
SELECT 'study_infusion' AS "table", i.subject_id, i.infusion_number AS row_number,
  'no CAR-T product that is known' AS reason
FROM study_infusion AS i
LEFT JOIN car_t_product AS p ON p.product = i.product
WHERE p.product IS NULL

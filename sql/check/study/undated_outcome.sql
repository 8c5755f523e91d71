-- The day of a malignancy and of a treatment is known.
-- Reads: study_malignancy, study_treatment
SELECT 'study_malignancy' AS "table", subject_id, malignancy_number AS row_number, 'a malignancy without its day' AS reason
FROM study_malignancy
WHERE diagnosis_date IS NULL
UNION ALL
SELECT 'study_treatment', subject_id, treatment_number, kind || ' without its day'
FROM study_treatment
WHERE start_date IS NULL

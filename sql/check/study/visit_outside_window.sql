-- A visit of the schedule takes place within its window after infusion.
-- Reads: study_subject, study_visit, visit_window
SELECT 'study_visit' AS "table", v.subject_id, v.visit_number AS row_number, v.visit || ' outside its window' AS reason
FROM study_visit AS v
INNER JOIN study_subject AS s ON s.subject_id = v.subject_id
INNER JOIN visit_window AS w ON w.visit = v.visit
WHERE v.visit_date - s.infusion_date NOT BETWEEN w.first_day AND w.last_day

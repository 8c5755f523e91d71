-- A visit of the schedule is reported once, and a patient is seen once a day.
-- Reads: study_visit
SELECT "table", subject_id, row_number, string_agg(reason, '; ' ORDER BY reason) AS reason
FROM (
  SELECT 'study_visit' AS "table", subject_id, visit_number AS row_number, visit || ' reported before' AS reason
  FROM study_visit
  WHERE visit IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY subject_id, visit ORDER BY visit_number) > 1
  UNION ALL
  SELECT 'study_visit', subject_id, visit_number, 'another visit on the same day'
  FROM study_visit
  QUALIFY row_number() OVER (PARTITION BY subject_id, visit_date ORDER BY visit_number) > 1
)
GROUP BY "table", subject_id, row_number

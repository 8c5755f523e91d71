-- A grade lies within its scale: 0 to 3 by KDIGO, 0 to 5 by any other.
-- Reads: study_event
SELECT 'study_event' AS "table", subject_id, event_number AS row_number,
  'grade ' || grade || ' on ' || coalesce(scale, 'no scale') AS reason
FROM study_event
WHERE grade NOT BETWEEN 0 AND CASE WHEN scale = 'aki_kdigo' THEN 3 ELSE 5 END

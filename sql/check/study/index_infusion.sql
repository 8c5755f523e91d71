-- An infused patient has exactly one index infusion, on the day the clock starts; another patient has none.
-- Reads: study_subject, study_infusion
WITH found AS (
  SELECT s.subject_id, s.infusion_date, count(i.subject_id) FILTER (WHERE i.is_index) AS n_index,
    count(i.subject_id) FILTER (WHERE i.is_index AND i.infusion_date IS DISTINCT FROM s.infusion_date) AS n_other_day
  FROM study_subject AS s
  LEFT JOIN study_infusion AS i ON i.subject_id = s.subject_id
  GROUP BY s.subject_id, s.infusion_date
)
SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number,
  CASE
    WHEN infusion_date IS NULL THEN 'an index infusion without its day'
    WHEN n_index = 0 THEN 'no infusion on the day the clock starts'
    WHEN n_index > 1 THEN n_index || ' infusions on the day the clock starts'
    ELSE 'the index infusion is on another day'
  END AS reason
FROM found
WHERE n_index <> (infusion_date IS NOT NULL)::INTEGER OR n_other_day > 0

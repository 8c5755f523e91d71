-- A form comes for every visit that was due by the cut-off, by the patient's reporting track.
-- Reads: study_subject, study_visit, visit_window, track
WITH due AS (
  SELECT s.subject_id, w.visit
  FROM study_subject AS s
  INNER JOIN track AS t ON t.track = coalesce(s.reporting_track, 'unknown')
  INNER JOIN visit_window AS w ON w.due_day <= t.last_day
  WHERE s.infusion_date + w.last_day::INTEGER <= CAST($as_of AS DATE)
    AND s.infusion_date + w.last_day::INTEGER < coalesce(least(s.death_date, s.withdrawal_date, s.lost_date), DATE '9999-12-31')
    AND coalesce(s.enrolment_date, s.infusion_date) < s.infusion_date + w.first_day::INTEGER
)
SELECT 'study_subject' AS "table", d.subject_id, NULL::BIGINT AS row_number, 'visits due without a form: ' || count(*) AS reason
FROM due AS d
LEFT JOIN study_visit AS v ON v.subject_id = d.subject_id AND v.visit = d.visit
WHERE v.subject_id IS NULL
GROUP BY d.subject_id

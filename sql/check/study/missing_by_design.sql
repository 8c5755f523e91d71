-- A patient whose reporting track ends early lacks later visits by design.
-- Reads: study_subject, visit_window, track
SELECT 'study_subject' AS "table", s.subject_id, NULL::BIGINT AS row_number, 'no form is due on track ' || t.track AS reason
FROM study_subject AS s
INNER JOIN track AS t ON t.track = coalesce(s.reporting_track, 'unknown')
INNER JOIN visit_window AS w ON w.due_day > t.last_day
WHERE s.infusion_date + w.last_day::INTEGER <= CAST($as_of AS DATE)
  AND s.infusion_date + w.last_day::INTEGER < coalesce(least(s.death_date, s.withdrawal_date, s.lost_date), DATE '9999-12-31')
GROUP BY s.subject_id, t.track

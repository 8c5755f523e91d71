-- Patients with a positive test, or with as many cells that carry the vector as the threshold says or more, by test.
-- Reads: study_sample, study_subject, study_threshold
WITH latest AS (
  SELECT kind, subject_id, arg_max(result_percent, sample_number) AS last_percent
  FROM study_sample
  WHERE result_percent IS NOT NULL
  GROUP BY kind, subject_id
)
SELECT
  a.kind,
  a.subject_id,
  s.centre_id,
  count(*) AS n_samples,
  min(a.sample_date) AS first_date,
  max(a.sample_date) AS last_date,
  date_diff('day', any_value(s.infusion_date), max(a.sample_date)) AS last_days_since_infusion,
  max(a.result_percent) AS highest_percent,
  any_value(l.last_percent) AS last_percent
FROM study_sample AS a
JOIN study_subject AS s ON s.subject_id = a.subject_id
LEFT JOIN latest AS l ON l.kind = a.kind AND l.subject_id = a.subject_id
CROSS JOIN study_threshold AS t
WHERE (a.kind = 'vector_persistence' AND a.result_percent >= t.vector_positive_percent)
  OR (a.kind <> 'vector_persistence' AND a.is_positive)
GROUP BY a.kind, a.subject_id, s.centre_id
ORDER BY a.kind, last_date DESC, a.subject_id

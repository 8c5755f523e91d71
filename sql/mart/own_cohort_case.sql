-- Current cases that a safety report of a followed cohort names, and all that are duplicates of one event and patient with them.
-- Reads: matched_number, case_current
-- A case that is not counted may be the one that is named: then the case counted in its stead is of the cohort too.
WITH named AS (
  SELECT m.study_id, m.study_as_of, m.case_id, m.place, m.matched_by, coalesce(c.kept_case_id, c.case_id) AS cluster_id
  FROM matched_number AS m
  JOIN case_current AS c ON c.case_id = m.case_id
),
cluster AS (
  SELECT DISTINCT study_id, study_as_of, cluster_id FROM named
),
marked AS (
  SELECT study_id, study_as_of, case_id, place, matched_by FROM named
  UNION
  SELECT k.study_id, k.study_as_of, c.case_id, 3, 'duplicate'
  FROM cluster AS k
  JOIN case_current AS c ON coalesce(c.kept_case_id, c.case_id) = k.cluster_id
)
SELECT $as_of AS as_of, study_id, case_id, study_as_of, min_by(matched_by, place) AS matched_by
FROM marked
GROUP BY study_id, case_id, study_as_of
ORDER BY study_id, case_id

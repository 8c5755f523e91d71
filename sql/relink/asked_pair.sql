-- The pairs of sql/link/blocked_pair.sql in which at least one of the two places is asked about.
-- Reads: asked_place
WITH asked AS (
  SELECT key, case_id, place, sex_code, age_years, unnest([place // $window - 1, place // $window, place // $window + 1]) AS bucket
  FROM asked_place
  WHERE is_asked
),
placed AS (
  SELECT key, case_id, place, sex_code, age_years, place // $window AS bucket FROM asked_place
)
SELECT DISTINCT least(a.case_id, o.case_id) AS case_id, greatest(a.case_id, o.case_id) AS other_case_id
FROM asked AS a
JOIN placed AS o ON o.key = a.key AND o.bucket = a.bucket
WHERE abs(o.place - a.place) BETWEEN 1 AND $window AND o.case_id <> a.case_id
  AND ($any_patient
    OR coalesce(o.sex_code = a.sex_code, true) AND coalesce(abs(o.age_years - a.age_years) <= $clash_years, true))

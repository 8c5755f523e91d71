-- Each case with those of its block that became known before it, at most as many as a block may pair.
-- Reads: block_place
-- A block larger than that loses its distant pairs, never its later cases; a case that becomes known later changes no
-- pair of earlier ones, whatever its number. The lower case number comes first in a pair. Pairs whose sex or age clashes are left out, unless any patient is asked for.
WITH reached AS (
  SELECT key, case_id, place, sex_code, age_years, unnest([place // $window, place // $window + 1]) AS bucket
  FROM block_place
),
placed AS (
  SELECT key, case_id, place, sex_code, age_years, place // $window AS bucket FROM block_place WHERE place > 0
)
SELECT DISTINCT least(e.case_id, l.case_id) AS case_id, greatest(e.case_id, l.case_id) AS other_case_id
FROM reached AS e
JOIN placed AS l ON l.key = e.key AND l.bucket = e.bucket
WHERE l.place - e.place BETWEEN 1 AND $window AND l.case_id <> e.case_id
  AND ($any_patient
    OR coalesce(l.sex_code = e.sex_code, true) AND coalesce(abs(l.age_years - e.age_years) <= $clash_years, true))

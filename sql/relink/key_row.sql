-- What the blocks are made of, of the touched cases at both data-lock points and of the cases of a pair found before.
-- Reads: earlier_key, standing_key, touched_latest, found_pair
WITH paired AS (
  SELECT case_id FROM found_pair UNION SELECT other_case_id FROM found_pair
),
sided AS (
  SELECT 'earlier' AS side, false AS is_arrival, k.* FROM earlier_key AS k
  UNION ALL
  SELECT 'later', t.first_quarter > $earlier_as_of, k.* FROM standing_key AS k JOIN touched_latest AS t ON t.case_id = k.case_id
  UNION ALL
  SELECT 'found', false, k.* FROM standing_key AS k SEMI JOIN paired AS p ON p.case_id = k.case_id
)
SELECT row_number() OVER (ORDER BY side, case_id) AS row_id, * FROM sided

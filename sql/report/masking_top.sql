-- Of one removal the pairs with enough cases before that it moves furthest up, those it moves furthest down, and the largest of those that keep no case.
-- Reads: masking_pair
-- A pair that keeps no case is moved nowhere: IC after is what its shrinkage makes of an empty cell.
WITH asked AS (
  SELECT
    *,
    CASE WHEN a_after = 0 THEN 'gone' WHEN ic_shift > 0 THEN 'up' ELSE 'down' END AS direction,
    CASE WHEN a_after = 0 THEN a ELSE abs(ic_shift) END AS far
  FROM masking_pair
  WHERE kind = $kind AND removed_thing = $removed_thing AND removed = $removed AND a >= $least_cases
    AND (ic_shift <> 0 OR a_after = 0)
),
up AS (
  SELECT * FROM asked WHERE direction = 'up' ORDER BY far DESC, drug, event_kind, event, scope LIMIT $most
),
down AS (
  SELECT * FROM asked WHERE direction = 'down' ORDER BY far DESC, drug, event_kind, event, scope LIMIT $most
),
gone AS (
  SELECT * FROM asked WHERE direction = 'gone' ORDER BY far DESC, drug, event_kind, event, scope LIMIT $most
),
furthest AS (
  SELECT * FROM up
  UNION ALL
  SELECT * FROM down
  UNION ALL
  SELECT * FROM gone
)
SELECT
  as_of, comparator, kind, removed_thing, removed, direction,
  row_number() OVER (PARTITION BY direction ORDER BY far DESC, drug, event_kind, event, scope) AS place,
  drug, event_kind, event, scope, a, n_drug, n_event, n_cases, a_after, n_drug_after, n_event_after, n_cases_after,
  expected, ic, ic025, ic_after, ic025_after, ic_shift, ic_screen, screen_error, is_signal, is_signal_after, is_unmasked,
  is_lost, comparator_version
FROM furthest
ORDER BY CASE direction WHEN 'up' THEN 1 WHEN 'down' THEN 2 ELSE 3 END, place

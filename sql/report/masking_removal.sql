-- What one removal does to all pairs of the background: how many it touches, moves and brings across the rule, and the closed form's error.
-- Reads: masking_pair, removal_count
-- One removal at a time: the quantiles of a column hold all of it in memory.
WITH told AS (
  SELECT
    count(*) FILTER (WHERE is_signal_after AND NOT is_signal) AS n_new_signals,
    count(*) FILTER (WHERE is_signal AND NOT is_signal_after) AS n_gone_signals,
    count(*) FILTER (WHERE is_unmasked) AS n_unmasked, count(*) FILTER (WHERE is_lost) AS n_lost,
    count(*) FILTER (WHERE a_after = 0) AS n_emptied,
    quantile_cont(ic_shift, [0.05, 0.5, 0.95]) FILTER (WHERE a_after > 0) AS shifts,
    count(*) FILTER (WHERE ic_screen IS NULL) AS n_unanswered,
    quantile_cont(abs(screen_error), [0.5, 0.95, 1.0]) AS errors
  FROM masking_pair
  WHERE kind = $kind AND removed_thing = $removed_thing AND removed = $removed
)
SELECT
  c.as_of, c.comparator, c.kind, c.removed_thing, c.removed, c.chosen_by, c.n_removed, c.n_cases, c.n_pairs, c.n_own,
  c.n_changed, t.n_emptied, c.n_signals, t.n_new_signals, t.n_gone_signals, t.n_unmasked, t.n_lost,
  t.shifts[1] AS ic_shift_05, t.shifts[2] AS ic_shift_50, t.shifts[3] AS ic_shift_95, t.n_unanswered,
  t.errors[1] AS median_error, t.errors[2] AS error_95, t.errors[3] AS largest_error, c.comparator_version
FROM removal_count AS c
CROSS JOIN told AS t
WHERE c.kind = $kind AND c.removed_thing = $removed_thing AND c.removed = $removed

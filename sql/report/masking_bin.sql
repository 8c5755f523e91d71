-- How far one removal moves pairs, by their expected count before in bins of a factor of two; the pairs that keep a case.
-- Reads: masking_pair
WITH binned AS (
  SELECT
    as_of, comparator, kind, removed_thing, removed, floor(log2(expected))::INTEGER AS power, count(*) AS n_pairs,
    quantile_cont(ic_shift, [0.05, 0.5, 0.95]) AS shifts
  FROM masking_pair
  WHERE kind = $kind AND removed_thing = $removed_thing AND removed = $removed AND a_after > 0
  GROUP BY ALL
)
SELECT
  as_of, comparator, kind, removed_thing, removed, power, n_pairs, shifts[1] AS low, shifts[2] AS middle, shifts[3] AS high
FROM binned
ORDER BY power

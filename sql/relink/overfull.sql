-- Blocks too large to be compared whole, and the cases in them: as many as before, less what the blocks asked about had, and what they have.
-- Reads: earlier_overfull_block, block_key, block_member
WITH touched AS (
  SELECT key, count(*) FILTER (WHERE side = 'earlier') - count(*) FILTER (WHERE side = 'later') AS n_fewer
  FROM block_key
  WHERE side <> 'found'
  GROUP BY key
),
sized AS (
  SELECT key, count(*) AS n FROM block_member GROUP BY key
),
both_sides AS (
  SELECT coalesce(s.n, 0) AS n_later, coalesce(s.n, 0) + coalesce(t.n_fewer, 0) AS n_earlier
  FROM sized AS s
  FULL JOIN touched AS t ON t.key = s.key
),
change AS (
  SELECT
    count(*) FILTER (WHERE n_later > $window + 1) - count(*) FILTER (WHERE n_earlier > $window + 1) AS n_blocks,
    coalesce(sum(n_later) FILTER (WHERE n_later > $window + 1), 0)
      - coalesce(sum(n_earlier) FILTER (WHERE n_earlier > $window + 1), 0) AS n_cases
  FROM both_sides
)
SELECT (e.n_blocks + c.n_blocks)::BIGINT AS n_blocks, (e.n_cases + c.n_cases)::BIGINT AS n_cases
FROM earlier_overfull_block AS e, change AS c
WHERE e.block = $block

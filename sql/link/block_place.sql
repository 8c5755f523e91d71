-- Each case in each of its blocks, placed by its turn, with the block's size; a block of one case pairs nothing.
-- Reads: block_member, keyed_case
WITH placed AS (
  SELECT key, turn, row_number() OVER (PARTITION BY key ORDER BY turn) - 1 AS place, count(*) OVER (PARTITION BY key) AS size
  FROM block_member
)
SELECT p.key, c.case_id, p.place, p.size, c.sex_code, c.age_years
FROM placed AS p
JOIN keyed_case AS c ON c.turn = p.turn
WHERE p.size > 1

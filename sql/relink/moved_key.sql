-- Blocks of one kind that a case has left, has joined or stands in at another place, save those that only grew at their end.
-- Reads: block_key
WITH entry AS (
  SELECT
    key, turn, bool_or(side = 'earlier') AS was_there, bool_or(side = 'later') AS is_there, bool_or(is_arrival) AS is_arrival
  FROM block_key
  WHERE side <> 'found'
  GROUP BY key, turn
)
SELECT key, count(*) FILTER (WHERE was_there) AS n_earlier
FROM entry
GROUP BY key
HAVING bool_or(was_there <> is_there AND NOT is_arrival)

-- How many blocks of one kind hold more cases than a case is paired with, and how many cases stand in them.
-- Reads: block_place
SELECT count(*) FILTER (WHERE place = 0)::BIGINT AS n_blocks, count(*)::BIGINT AS n_cases
FROM block_place
WHERE size > $window + 1

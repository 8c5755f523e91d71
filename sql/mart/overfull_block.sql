-- How many blocks of each kind were too large to be compared whole, and how many cases stand in them.
-- Reads: overfull_count
SELECT $as_of AS as_of, block, n_blocks::BIGINT AS n_blocks, n_cases::BIGINT AS n_cases FROM overfull_count ORDER BY block

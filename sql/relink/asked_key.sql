-- Blocks of one kind in which such a case stands, or stood before it was touched.
-- Reads: block_key, shaken_case
SELECT DISTINCT key FROM block_key WHERE side <> 'found' OR case_id IN (SELECT case_id FROM shaken_case)

-- Pairs found before whose two cases share a block that moved: whether they are still compared must be asked again.
-- Reads: block_key, moved_key, found_pair
WITH moved AS (
  SELECT k.key, k.case_id FROM block_key AS k SEMI JOIN moved_key AS m ON m.key = k.key WHERE k.side = 'found'
)
SELECT DISTINCT p.case_id, p.other_case_id
FROM found_pair AS p
JOIN moved AS a ON a.case_id = p.case_id
JOIN moved AS b ON b.case_id = p.other_case_id AND b.key = a.key

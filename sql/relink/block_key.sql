-- The blocks of one kind in which those rows stand.
-- Reads: block_member, key_row
SELECT m.key, r.side, r.is_arrival, r.case_id, r.turn
FROM block_member AS m
JOIN key_row AS r ON r.row_id = m.turn

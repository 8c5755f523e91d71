-- Every case of the blocks asked about.
-- Reads: block_entry, asked_key
SELECT e.key, e.turn FROM block_entry AS e SEMI JOIN asked_key AS a ON a.key = e.key

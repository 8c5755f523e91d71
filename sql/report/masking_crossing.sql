-- Every pair that meets the rule of signals on one side of a removal only.
-- Reads: masking_pair
SELECT *
FROM masking_pair
WHERE is_signal <> is_signal_after
ORDER BY removed_thing, removed, kind, drug, event_kind, event, scope

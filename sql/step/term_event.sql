-- The event number of each published term, under today's name.
-- Reads: term, event
SELECT t.published_pt, e.event_id
FROM term AS t
JOIN event AS e ON e.pt = t.pt

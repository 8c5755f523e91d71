-- Each reaction with the event number of its preferred term; a report may stand with a term more than once.
-- Reads: case_reaction, term_event
SELECT r.quarter, r.report_id, r.case_id, t.event_id
FROM case_reaction AS r
JOIN term_event AS t ON t.published_pt = r.pt

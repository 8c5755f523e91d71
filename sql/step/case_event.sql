-- Each current case once for each event, preferred terms and endpoints together.
-- Reads: case_term, case_endpoint
SELECT case_id, event_id FROM case_term
UNION ALL
SELECT case_id, event_id FROM case_endpoint

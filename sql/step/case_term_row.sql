-- Each counted case with each preferred term it reports; a case may stand with a term more than once.
-- Reads: case_reaction, counted_case, term_event
SELECT c.case_id, t.event_id
FROM case_reaction AS r
JOIN counted_case AS c ON c.quarter = r.quarter AND c.report_id = r.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = r.case_id)
JOIN term_event AS t ON t.published_pt = r.pt

-- A line of a file can be read; blank lines hold no record and are let pass.
-- Reads: rejected
SELECT "table", report_id, case_id, line, reason
FROM rejected
WHERE reason <> 'blank line'

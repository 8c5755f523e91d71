-- A record of the extract can be used; one that came after the cut-off is none of the extract's slips.
-- Reads: registry_rejected
SELECT 'registry_record' AS "table", min(subject_id) AS subject_id, line AS row_number, min(domain || ': ' || reason) AS reason
FROM registry_rejected
WHERE "column" IS NULL AND reason NOT LIKE '%after the cut-off'
GROUP BY domain, file, line

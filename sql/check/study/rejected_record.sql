-- A record of the extract can be used.
-- Reads: registry_rejected
SELECT 'registry_record' AS "table", min(subject_id) AS subject_id, line AS row_number, min(domain || ': ' || reason) AS reason
FROM registry_rejected
WHERE "column" IS NULL
GROUP BY domain, file, line

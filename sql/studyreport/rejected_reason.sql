-- Records of the extract that could not be used, by domain, column and reason.
-- Reads: registry_rejected
SELECT domain, "column", reason, count(*) AS n_reasons, count(DISTINCT (file, line)) AS n_records
FROM registry_rejected
GROUP BY domain, "column", reason
ORDER BY domain, "column", reason

-- Records of the extract by domain: read, rejected whole, and kept without a column that could not be used.
-- Reads: registry_record, registry_rejected
WITH read AS (
  SELECT domain, file, count(*) AS n_read FROM registry_record GROUP BY domain, file
),
refused AS (
  SELECT domain, file, line, bool_or("column" IS NULL) AS is_whole
  FROM registry_rejected
  GROUP BY domain, file, line
),
rejected AS (
  SELECT
    domain,
    file,
    count(*) FILTER (WHERE is_whole) AS n_rejected,
    count(*) FILTER (WHERE NOT is_whole) AS n_kept_in_part
  FROM refused
  GROUP BY domain, file
)
SELECT
  domain,
  file,
  n_read,
  n_read - coalesce(n_rejected, 0) AS n_kept,
  coalesce(n_rejected, 0) AS n_rejected,
  coalesce(n_kept_in_part, 0) AS n_kept_in_part
FROM read
LEFT JOIN rejected USING (domain, file)
ORDER BY domain, file

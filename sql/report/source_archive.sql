-- Each archive read, with its hash, and the records its files held: read = kept + rejected.
-- Reads: source_file
SELECT
  quarter, archive, archive_sha256, count(*) AS n_files, sum(n_bytes)::BIGINT AS n_bytes,
  sum(n_read)::BIGINT AS n_read, sum(n_kept)::BIGINT AS n_kept, sum(n_rejected)::BIGINT AS n_rejected
FROM source_file
GROUP BY quarter, archive, archive_sha256
ORDER BY quarter, archive, archive_sha256

-- Every record read is a row of the raw table or a rejected line.
-- Reads: source_file, rejected, raw_demo, raw_drug, raw_reac, raw_outc, raw_rpsr, raw_ther, raw_indi, raw_deleted
WITH kept AS (
  SELECT 'raw_demo' AS "table", count(*) AS n_rows FROM raw_demo
  UNION ALL
  SELECT 'raw_drug', count(*) FROM raw_drug
  UNION ALL
  SELECT 'raw_reac', count(*) FROM raw_reac
  UNION ALL
  SELECT 'raw_outc', count(*) FROM raw_outc
  UNION ALL
  SELECT 'raw_rpsr', count(*) FROM raw_rpsr
  UNION ALL
  SELECT 'raw_ther', count(*) FROM raw_ther
  UNION ALL
  SELECT 'raw_indi', count(*) FROM raw_indi
  UNION ALL
  SELECT 'raw_deleted', count(*) FROM raw_deleted
),
account AS (
  SELECT k."table", k.n_rows, coalesce(s.n_read, 0) AS n_read, coalesce(r.n_rejected, 0) AS n_rejected
  FROM kept AS k
  LEFT JOIN (SELECT "table", sum(n_read)::BIGINT AS n_read FROM source_file GROUP BY "table") AS s ON s."table" = k."table"
  LEFT JOIN (SELECT "table", count(*) AS n_rejected FROM rejected GROUP BY "table") AS r ON r."table" = k."table"
)
SELECT
  "table", NULL::BIGINT AS report_id, NULL::BIGINT AS case_id, NULL::BIGINT AS line,
  n_read || ' records read, ' || n_rows || ' kept, ' || n_rejected || ' rejected' AS reason
FROM account
WHERE n_read <> n_rows + n_rejected

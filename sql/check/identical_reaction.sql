-- A reaction line is not a copy, byte for byte, of another line of its report.
-- Reads: raw_reac
WITH hashed AS (
  SELECT primaryid, caseid, pt, drug_rec_act, line, hash(primaryid, pt, drug_rec_act) AS likeness FROM raw_reac
),
suspect AS (
  SELECT * FROM hashed WHERE likeness IN (SELECT likeness FROM hashed GROUP BY likeness HAVING count(*) > 1)
),
numbered AS (
  SELECT *, row_number() OVER (PARTITION BY primaryid, caseid, pt, drug_rec_act ORDER BY line) AS copy FROM suspect
)
SELECT
  'raw_reac' AS "table", try_cast(primaryid AS BIGINT) AS report_id, try_cast(caseid AS BIGINT) AS case_id, line,
  'a copy of an earlier line' AS reason
FROM numbered
WHERE copy > 1

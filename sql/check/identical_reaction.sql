-- A reaction line is not a copy, byte for byte, of another line of its report.
-- Reads: raw_reac
SELECT
  'raw_reac' AS "table", try_cast(primaryid AS BIGINT) AS report_id, try_cast(min(caseid) AS BIGINT) AS case_id,
  unnest(list_sort(list(line))[2:]) AS line, 'a copy of an earlier line' AS reason
FROM raw_reac
GROUP BY primaryid, caseid, pt, drug_rec_act
HAVING count(*) > 1

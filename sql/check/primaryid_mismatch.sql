-- In FAERS the report number is the case number and the version joined; a missing number is another rule's.
-- Reads: raw_demo
SELECT
  'raw_demo' AS "table", try_cast(primaryid AS BIGINT) AS report_id, try_cast(caseid AS BIGINT) AS case_id, line,
  'primaryid ' || primaryid || ' is not case ' || caseid || ' and version ' || coalesce(caseversion, 'nothing') AS reason
FROM raw_demo
WHERE source = 'faers' AND trim(primaryid) <> trim(caseid) || trim(coalesce(caseversion, ''))

-- A drug number names one drug entry of its report version.
-- Reads: case_drug
SELECT
  'case_drug' AS "table", d.report_id, d.case_id, d.line,
  'drug number used ' || r.n || ' times in the report' AS reason
FROM case_drug AS d
INNER JOIN (
  SELECT report_id, drug_seq, count(*) AS n FROM case_drug GROUP BY report_id, drug_seq HAVING count(*) > 1
) AS r
  ON r.report_id = d.report_id AND r.drug_seq = d.drug_seq

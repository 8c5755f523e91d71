-- A therapy period or an indication names a drug entry that its report has in DRUG.
-- Reads: case_drug, case_therapy, case_indication
WITH child AS (
  SELECT 'case_therapy' AS "table", report_id, case_id, drug_seq, line FROM case_therapy
  UNION ALL
  SELECT 'case_indication', report_id, case_id, drug_seq, line FROM case_indication
)
SELECT c."table", c.report_id, c.case_id, c.line, 'DRUG has no such drug entry' AS reason
FROM child AS c
WHERE NOT EXISTS (SELECT 1 FROM case_drug AS d WHERE d.report_id = c.report_id AND d.drug_seq = c.drug_seq)

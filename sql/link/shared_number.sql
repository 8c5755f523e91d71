-- Report numbers that two cases share within one quarter: their rows belong to a case only by its case number too.
-- Reads: report_version
WITH repeated AS (
  SELECT report_id
  FROM report_version
  WHERE case_id IS NOT NULL AND report_id IS NOT NULL
  GROUP BY report_id
  HAVING min(case_id) <> max(case_id)
)
SELECT quarter, report_id
FROM report_version
WHERE case_id IS NOT NULL AND report_id IN (SELECT report_id FROM repeated)
GROUP BY quarter, report_id
HAVING min(case_id) <> max(case_id)

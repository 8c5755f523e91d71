-- A report version that could be read has at least one drug and one reaction.
-- Reads: report_version, case_drug, case_reaction
WITH lacking AS (
  SELECT report_id, case_id, line, 'no drug' AS reason
  FROM report_version AS v
  WHERE v.is_readable AND NOT EXISTS (SELECT 1 FROM case_drug AS d WHERE d.report_id = v.report_id)
  UNION ALL
  SELECT report_id, case_id, line, 'no reaction'
  FROM report_version AS v
  WHERE v.is_readable AND NOT EXISTS (SELECT 1 FROM case_reaction AS r WHERE r.report_id = v.report_id)
)
SELECT 'report_version' AS "table", report_id, case_id, line, string_agg(reason, ' and ' ORDER BY reason) AS reason
FROM lacking
GROUP BY report_id, case_id, line

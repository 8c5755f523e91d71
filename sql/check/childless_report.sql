-- A report version that could be read has at least one drug and one reaction.
-- Reads: report_version, case_drug, case_reaction
SELECT
  'report_version' AS "table", v.report_id, v.case_id, v.line,
  concat_ws(' and ', CASE WHEN d.report_id IS NULL THEN 'no drug' END, CASE WHEN r.report_id IS NULL THEN 'no reaction' END)
    AS reason
FROM report_version AS v
LEFT JOIN (SELECT DISTINCT report_id FROM case_drug) AS d ON d.report_id = v.report_id
LEFT JOIN (SELECT DISTINCT report_id FROM case_reaction) AS r ON r.report_id = v.report_id
WHERE v.is_readable AND (d.report_id IS NULL OR r.report_id IS NULL)

-- Terms and outcomes of cases not counted that the case counted in their stead lacks; the first row is the total of terms.
-- Reads: case_current, case_reaction, case_outcome, vocabulary_former_name
-- kind: term or outcome; pt: the preferred term or the outcome's code, null in the total. n_lost counts a duplicate and
-- what it reports; n_reported the duplicates that report it at all; n_kept_cases the cases counted in their stead.
WITH merged AS (
  SELECT case_id, kept_case_id, quarter, report_id, is_report_number_shared
  FROM case_current
  WHERE kept_case_id IS NOT NULL
),
chosen AS (
  SELECT case_id, quarter, report_id, is_report_number_shared FROM merged
  UNION
  SELECT case_id, quarter, report_id, is_report_number_shared
  FROM case_current
  WHERE case_id IN (SELECT kept_case_id FROM merged)
),
reported AS (
  SELECT DISTINCT c.case_id, 'term' AS kind, coalesce(f.current_pt, r.pt) AS pt
  FROM case_reaction AS r
  JOIN chosen AS c ON c.quarter = r.quarter AND c.report_id = r.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = r.case_id)
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = r.pt
  WHERE r.pt IS NOT NULL
  UNION ALL
  SELECT DISTINCT c.case_id, 'outcome', o.outcome_code
  FROM case_outcome AS o
  JOIN chosen AS c ON c.quarter = o.quarter AND c.report_id = o.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = o.case_id)
  WHERE o.outcome_code IS NOT NULL
),
compared AS (
  SELECT m.case_id, m.kept_case_id, r.kind, r.pt, k.case_id IS NULL AS is_lost
  FROM merged AS m
  JOIN reported AS r ON r.case_id = m.case_id
  LEFT JOIN reported AS k ON k.case_id = m.kept_case_id AND k.kind = r.kind AND k.pt = r.pt
)
SELECT
  kind, pt, count(*) FILTER (WHERE is_lost) AS n_lost, count(*) AS n_reported,
  count(DISTINCT kept_case_id) FILTER (WHERE is_lost) AS n_kept_cases
FROM compared
GROUP BY GROUPING SETS ((kind, pt), (kind))
HAVING count(*) FILTER (WHERE is_lost) > 0 AND (grouping(pt) = 0 OR kind = 'term')
ORDER BY grouping(pt) DESC, kind DESC, n_lost DESC, pt

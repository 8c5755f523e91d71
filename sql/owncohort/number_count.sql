-- Of each study the numbers named: all, those that name a current case, those that name several which are no duplicates of each other, and those that can name none.
-- Reads: named_number, number_key, matched_number, case_current
WITH found AS (
  SELECT m.study_id, m.number_text, count(DISTINCT coalesce(c.kept_case_id, c.case_id)) AS n_clusters
  FROM matched_number AS m
  JOIN case_current AS c ON c.case_id = m.case_id
  GROUP BY m.study_id, m.number_text
)
SELECT
  n.study_id, n.study_as_of, count(*) AS n_numbers, count(f.n_clusters) AS n_found,
  count(*) FILTER (WHERE f.n_clusters > 1) AS n_several,
  count(*) FILTER (WHERE k.key IS NULL AND n.case_id IS NULL) AS n_unreadable
FROM named_number AS n
LEFT JOIN number_key AS k ON k.number_text = n.number_text
LEFT JOIN found AS f ON f.study_id = n.study_id AND f.number_text = n.number_text
GROUP BY n.study_id, n.study_as_of
ORDER BY n.study_id

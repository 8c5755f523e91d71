-- Cases marked of each study, and those of them that are counted.
-- Reads: own_cohort_case, case_current
SELECT
  o.study_id, count(*) AS n_cases, count(*) FILTER (WHERE c.kept_case_id IS NULL) AS n_counted
FROM own_cohort_case AS o
JOIN case_current AS c ON c.case_id = o.case_id
GROUP BY o.study_id
ORDER BY o.study_id

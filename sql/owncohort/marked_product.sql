-- Counted cases of each product that name it as a suspect, and those told as from a study, from the literature, or of the own cohort.
-- Reads: exposed_case, case_current, own_cohort_case
SELECT
  x.product, count(*) AS n_cases, count(*) FILTER (WHERE c.is_study_report) AS n_study_source,
  count(*) FILTER (WHERE c.is_literature_report) AS n_literature,
  count(*) FILTER (WHERE x.case_id IN (SELECT case_id FROM own_cohort_case)) AS n_own_cohort
FROM exposed_case AS x
JOIN case_current AS c ON c.case_id = x.case_id
GROUP BY x.product
ORDER BY x.product

-- Distinct cases with each drug key, in one comparator's background.
-- Reads: exposure, population
SELECT x.drug_id, count(*) AS n_drug
FROM exposure AS x
JOIN population AS p ON p.case_id = x.case_id
GROUP BY x.drug_id

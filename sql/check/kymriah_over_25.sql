-- A report of tisagenlecleucel for acute lymphoblastic leukaemia is of a patient of at most 25 years, as labelled.
-- Reads: report_version, case_drug, case_indication, drug_product
SELECT DISTINCT
  'report_version' AS "table", v.report_id, v.case_id, v.line,
  'age ' || floor(v.age_years)::INTEGER || ' years, indication ' || i.indication_pt AS reason
FROM case_drug AS d
INNER JOIN drug_product AS p
  ON p.drug_name IS NOT DISTINCT FROM d.drug_name AND p.active_ingredient IS NOT DISTINCT FROM d.active_ingredient
INNER JOIN case_indication AS i ON i.report_id = d.report_id AND i.drug_seq = d.drug_seq
INNER JOIN report_version AS v ON v.report_id = d.report_id
WHERE
  p.product = 'tisagenlecleucel'
  AND v.age_years > 25
  AND (
    i.indication_pt LIKE '%ACUTE LYMPHO%LEUKAEMIA%'
    OR i.indication_pt LIKE '%LEUKAEMIA ACUTE LYMPHO%'
    OR i.indication_pt IN ('B PRECURSOR TYPE ACUTE LEUKAEMIA', 'B-CELL TYPE ACUTE LEUKAEMIA', 'MATURE B-CELL TYPE ACUTE LEUKAEMIA')
  )

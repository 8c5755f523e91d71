-- Each current case once for each drug key it names in a role that counts as exposure.
-- Reads: case_drug, case_current, drug_key, drug, exposure_role
SELECT DISTINCT c.case_id, n.drug_id
FROM case_drug AS d
JOIN case_current AS c ON c.quarter = d.quarter AND c.report_id = d.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = d.case_id)
JOIN drug_key AS k
  ON k.drug_name IS NOT DISTINCT FROM d.drug_name AND k.active_ingredient IS NOT DISTINCT FROM d.active_ingredient
JOIN drug AS n ON n.drug = k.drug
WHERE d.role_code IN (SELECT role_code FROM exposure_role)

-- Drug entries, in a role that counts as exposure, of the cases that name a CAR-T in such a role.
-- Reads: case_drug, case_current, exposed_case, exposure_role
SELECT DISTINCT c.case_id, d.quarter, d.report_id, d.drug_seq, d.drug_name, d.active_ingredient
FROM case_drug AS d
JOIN case_current AS c ON c.quarter = d.quarter AND c.report_id = d.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = d.case_id)
WHERE c.case_id IN (SELECT case_id FROM exposed_case)
  AND d.role_code IN (SELECT role_code FROM exposure_role)

-- Each counted case with each drug it names in a role that counts as exposure; a case may stand with a drug more than once.
-- Reads: case_drug, counted_case, drug_key, exposure_role
-- The texts become their number before anything is joined: 64 bits travel, not two names.
WITH entry AS (
  SELECT quarter, report_id, case_id, hash(hash(drug_name), hash(active_ingredient)) AS text_id
  FROM case_drug
  WHERE role_code IN (SELECT role_code FROM exposure_role)
)
SELECT c.case_id, k.drug_id
FROM entry AS d
JOIN drug_key AS k ON k.text_id = d.text_id
JOIN counted_case AS c ON c.quarter = d.quarter AND c.report_id = d.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = d.case_id)

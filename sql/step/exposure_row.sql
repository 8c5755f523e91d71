-- Each drug entry in a role that counts as exposure with each drug it names; a report may stand with a drug more than once.
-- Reads: case_drug, drug_key, exposure_role
-- The texts become their number before anything is joined: 64 bits travel, not two names.
WITH entry AS (
  SELECT quarter, report_id, case_id, hash(hash(drug_name), hash(active_ingredient)) AS text_id
  FROM case_drug
  WHERE role_code IN (SELECT role_code FROM exposure_role)
)
SELECT d.quarter, d.report_id, d.case_id, k.drug_id
FROM entry AS d
JOIN drug_key AS k ON k.text_id = d.text_id

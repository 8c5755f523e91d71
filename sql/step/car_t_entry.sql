-- Drug entries of current cases that name a CAR-T, once for each product, in any role but "not administered" or in a role asked for.
-- Reads: case_drug, counted_case, drug_product, exposure_role
-- The few entries that name any product are found first, by the texts themselves: a scan can skip the others.
WITH entry AS MATERIALIZED (
  SELECT d.quarter, d.report_id, d.case_id, d.drug_seq, d.role_code, d.drug_name, d.active_ingredient
  FROM case_drug AS d
  SEMI JOIN drug_product AS p
    ON p.drug_name IS NOT DISTINCT FROM d.drug_name AND p.active_ingredient IS NOT DISTINCT FROM d.active_ingredient
)
SELECT c.case_id, d.quarter, d.report_id, d.drug_seq, p.product
FROM entry AS d
JOIN drug_product AS p
  ON p.drug_name IS NOT DISTINCT FROM d.drug_name AND p.active_ingredient IS NOT DISTINCT FROM d.active_ingredient
JOIN counted_case AS c ON c.quarter = d.quarter AND c.report_id = d.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = d.case_id)
WHERE d.role_code IS DISTINCT FROM 'DN' OR d.role_code IN (SELECT role_code FROM exposure_role)

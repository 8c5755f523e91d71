-- The CAR-T products that the version read names, for each product or group they count for: in any role, and as exposure.
-- Reads: read_version, case_drug, shown_drug_product, vocabulary_product, exposure_role
SELECT
  r.case_id, p.product, list(DISTINCT m.product ORDER BY m.product) AS named,
  list(DISTINCT m.product ORDER BY m.product) FILTER (WHERE x.role_code IS NOT NULL) AS exposing
FROM read_version AS r
JOIN case_drug AS d ON d.quarter = r.quarter AND d.report_id = r.report_id AND (NOT r.is_number_shared OR d.case_id = r.case_id)
JOIN shown_drug_product AS p ON p.text_id = hash(hash(d.drug_name), hash(d.active_ingredient))
JOIN shown_drug_product AS m ON m.text_id = p.text_id
JOIN vocabulary_product AS v ON v.product = m.product AND (NOT v.is_group OR m.product = 'unspecified_car_t')
LEFT JOIN exposure_role AS x ON x.role_code = d.role_code
GROUP BY r.case_id, p.product

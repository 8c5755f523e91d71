-- Every case one of whose versions names a CAR-T, whether or not that version is the latest.
-- Reads: case_drug, drug_product, report_version
SELECT DISTINCT v.case_id
FROM case_drug AS d
SEMI JOIN drug_product AS p ON p.text_id = hash(hash(d.drug_name), hash(d.active_ingredient))
JOIN report_version AS v ON v.quarter = d.quarter AND v.report_id = d.report_id
WHERE v.case_id IS NOT NULL
ORDER BY v.case_id

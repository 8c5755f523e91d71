-- Current cases of an asked product whose latest version holds a line that could not be read.
-- Reads: asked_product, drug, exposure, counted_case
SELECT DISTINCT c.case_id, c.quarter, c.report_id, c.incomplete_reason
FROM asked_product AS a
JOIN drug AS d ON d.drug = a.product
JOIN exposure AS x ON x.drug_id = d.drug_id
JOIN counted_case AS c ON c.case_id = x.case_id
WHERE NOT c.is_complete
ORDER BY c.case_id

-- What each current case with a malignant term was treated for: its own indications, else its products' indications.
-- Reads: case_term, event, vocabulary_malignancy_term, case_indication, case_current, vocabulary_indication_disease, vocabulary_former_name, exposure, drug, vocabulary_product_disease
WITH malignant_case AS (
  SELECT DISTINCT t.case_id
  FROM case_term AS t
  JOIN event AS e ON e.event_id = t.event_id
  JOIN vocabulary_malignancy_term AS m ON m.pt = e.pt
),
own AS (
  SELECT DISTINCT c.case_id, v.disease
  FROM case_indication AS i
  JOIN case_current AS c ON c.quarter = i.quarter AND c.report_id = i.report_id
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = i.indication_pt
  JOIN vocabulary_indication_disease AS v ON v.indication_pt = coalesce(f.current_pt, i.indication_pt)
  WHERE c.case_id IN (SELECT case_id FROM malignant_case)
),
by_product AS (
  SELECT DISTINCT x.case_id, v.disease
  FROM exposure AS x
  JOIN drug AS d ON d.drug_id = x.drug_id
  JOIN vocabulary_product_disease AS v ON v.product = d.drug
  WHERE x.case_id IN (SELECT case_id FROM malignant_case) AND x.case_id NOT IN (SELECT case_id FROM own)
)
SELECT case_id, disease FROM own
UNION ALL
SELECT case_id, disease FROM by_product
UNION ALL
SELECT case_id, 'unknown'
FROM malignant_case
WHERE case_id NOT IN (SELECT case_id FROM own) AND case_id NOT IN (SELECT case_id FROM by_product)

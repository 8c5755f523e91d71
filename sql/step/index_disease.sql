-- What each current case with a malignant term was treated for: its CAR-T's indication, else the product's own, and its other indications.
-- Reads: malignant_term, case_indication, counted_case, vocabulary_indication_disease, vocabulary_former_name, car_t_entry, exposure, drug, vocabulary_product_disease, vocabulary_product
-- A disease named beats one that is not: "unspecified" stays only where nothing else is known.
WITH malignant_case AS (
  SELECT DISTINCT c.case_id, c.quarter, c.report_id, c.is_report_number_shared
  FROM malignant_term AS m
  JOIN counted_case AS c ON c.case_id = m.case_id
),
indicated AS (
  SELECT DISTINCT c.case_id, i.quarter, i.report_id, i.drug_seq, v.disease
  FROM case_indication AS i
  JOIN malignant_case AS c ON c.quarter = i.quarter AND c.report_id = i.report_id
    AND (NOT c.is_report_number_shared OR c.case_id = i.case_id)
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = i.indication_pt
  JOIN vocabulary_indication_disease AS v ON v.indication_pt = coalesce(f.current_pt, i.indication_pt)
),
of_car_t AS (
  SELECT DISTINCT n.case_id
  FROM indicated AS n
  JOIN car_t_entry AS d ON d.case_id = n.case_id AND d.quarter = n.quarter AND d.report_id = n.report_id
    AND d.drug_seq = n.drug_seq
  WHERE n.disease <> 'unspecified'
),
of_product AS (
  SELECT DISTINCT x.case_id, v.disease
  FROM exposure AS x
  JOIN malignant_case AS m ON m.case_id = x.case_id
  JOIN drug AS d ON d.drug_id = x.drug_id
  JOIN vocabulary_product_disease AS v ON v.product = d.drug
  JOIN vocabulary_product AS g ON g.product = d.drug
  WHERE (NOT g.is_group OR d.drug = 'unspecified_car_t') AND x.case_id NOT IN (SELECT case_id FROM of_car_t)
),
known AS (
  SELECT case_id, disease FROM indicated
  UNION
  SELECT case_id, disease FROM of_product
),
named AS (
  SELECT k.case_id, k.disease
  FROM known AS k
  WHERE k.disease <> 'unspecified' OR k.case_id NOT IN (SELECT case_id FROM known WHERE disease <> 'unspecified')
)
SELECT case_id, disease FROM named
UNION ALL
SELECT DISTINCT case_id, 'unknown' FROM malignant_term WHERE case_id NOT IN (SELECT case_id FROM named)

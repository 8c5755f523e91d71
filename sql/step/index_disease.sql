-- What each current case with a malignant term was treated for: the indication of its CAR-T, else the CAR-T's own indications, and its other indications.
-- Reads: case_term, event, vocabulary_malignancy_term, case_indication, case_current, vocabulary_indication_disease, vocabulary_former_name, case_drug, drug_product, exposure, drug, vocabulary_product_disease, vocabulary_product
-- A disease named beats one that is not: "unspecified" stays only where nothing else is known.
WITH malignant_case AS (
  SELECT DISTINCT t.case_id
  FROM case_term AS t
  JOIN event AS e ON e.event_id = t.event_id
  JOIN vocabulary_malignancy_term AS m ON m.pt = e.pt
),
indicated AS (
  SELECT DISTINCT c.case_id, i.quarter, i.report_id, i.drug_seq, v.disease
  FROM case_indication AS i
  JOIN case_current AS c ON c.quarter = i.quarter AND c.report_id = i.report_id
  JOIN malignant_case AS m ON m.case_id = c.case_id
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = i.indication_pt
  JOIN vocabulary_indication_disease AS v ON v.indication_pt = coalesce(f.current_pt, i.indication_pt)
),
of_car_t AS (
  SELECT DISTINCT n.case_id
  FROM indicated AS n
  JOIN case_drug AS d ON d.quarter = n.quarter AND d.report_id = n.report_id AND d.drug_seq = n.drug_seq
  JOIN drug_product AS p
    ON p.drug_name IS NOT DISTINCT FROM d.drug_name AND p.active_ingredient IS NOT DISTINCT FROM d.active_ingredient
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
SELECT case_id, 'unknown' FROM malignant_case WHERE case_id NOT IN (SELECT case_id FROM named)

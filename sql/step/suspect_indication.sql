-- The disease groups that each counted case was treated for with a suspect drug; none for a CAR-T case treated for another.
-- Reads: case_indication, case_drug, counted_case, car_t_entry, exposure_role, vocabulary_indication_disease, vocabulary_disease_group, vocabulary_unknown_indication, vocabulary_former_name
-- A CAR-T case that is absent tells no indication of any suspect drug; of other cases only those of a group are held.
WITH of_group AS (
  SELECT v.indication_pt, g.bit
  FROM vocabulary_indication_disease AS v
  JOIN vocabulary_disease_group AS g ON g.disease = v.disease
),
listed AS (
  SELECT indication_pt, bit FROM of_group
  UNION ALL
  SELECT f.former_pt, g.bit FROM vocabulary_former_name AS f JOIN of_group AS g ON g.indication_pt = f.current_pt
),
unknown AS (
  SELECT indication_pt FROM vocabulary_unknown_indication
  UNION ALL
  SELECT f.former_pt
  FROM vocabulary_former_name AS f
  JOIN vocabulary_unknown_indication AS u ON u.indication_pt = f.current_pt
),
indicated AS (
  SELECT i.quarter, i.report_id, i.case_id, i.drug_seq, v.bit
  FROM case_indication AS i
  JOIN listed AS v ON v.indication_pt = i.indication_pt
  UNION ALL
  SELECT i.quarter, i.report_id, i.case_id, i.drug_seq, 0
  FROM case_indication AS i
  SEMI JOIN car_t_entry AS e ON e.quarter = i.quarter AND e.report_id = i.report_id
  WHERE i.indication_pt IS NOT NULL AND i.indication_pt NOT IN (SELECT indication_pt FROM unknown)
),
counted AS MATERIALIZED (
  SELECT c.case_id, c.is_report_number_shared, n.quarter, n.report_id, n.drug_seq, n.bit
  FROM indicated AS n
  JOIN counted_case AS c ON c.quarter = n.quarter AND c.report_id = n.report_id
      AND (NOT c.is_report_number_shared OR c.case_id = n.case_id)
)
SELECT n.case_id, bit_or(n.bit) AS disease_groups
FROM counted AS n
JOIN case_drug AS d ON d.quarter = n.quarter AND d.report_id = n.report_id AND d.drug_seq = n.drug_seq
    AND (NOT n.is_report_number_shared OR n.case_id = d.case_id)
WHERE d.role_code IN (SELECT role_code FROM exposure_role)
GROUP BY n.case_id

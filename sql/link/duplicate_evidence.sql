-- Each pair found, with its weight, the fields that speak for it and against it, and whether it joins its two cases.
-- Reads: judged_pair, duplicate_member
WITH settled AS (
  SELECT
    p.*, coalesce(a.kept_case_id, p.case_id) = coalesce(b.kept_case_id, p.other_case_id) AS stands_together
  FROM judged_pair AS p
  LEFT JOIN duplicate_member AS a ON a.case_id = p.case_id
  LEFT JOIN duplicate_member AS b ON b.case_id = p.other_case_id
),
told AS (
  SELECT
    *,
    [
      {field: 'manufacturer number', weight: number_weight}, {field: 'authority number', weight: authority_weight},
      {field: 'literature', weight: literature_weight}, {field: 'event date', weight: date_weight},
      {field: 'age', weight: age_weight}, {field: 'sex', weight: sex_weight}, {field: 'weight', weight: weight_weight},
      {field: 'country', weight: country_bits}, {field: 'drugs', weight: drug_weight},
      {field: 'reactions', weight: reaction_weight}, {field: 'outcome', weight: outcome_weight},
      {field: 'reporter', weight: reporter_weight}, {field: 'receipt', weight: receipt_weight}
    ] AS fields
  FROM settled
)
SELECT
  case_id, other_case_id, rule, total_weight / 1000.0 AS weight,
  array_to_string([f.field FOR f IN fields IF f.weight > 0], ', ') AS agreed,
  array_to_string([f.field FOR f IN fields IF f.weight < 0], ', ') AS differed,
  is_car_t, reason IS NULL AND stands_together AS is_merged,
  CASE WHEN reason IS NULL AND NOT stands_together THEN 'its cluster is of another patient, or another case is kept'
    ELSE reason END AS reason,
  $weights_version AS weights_version
FROM told

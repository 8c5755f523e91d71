-- What the version read says, one hash for each kind of field, so that two versions of a case can be compared.
-- Reads: read_version, case_drug, case_reaction, case_outcome, case_indication, report_version, shown_drug_product, shown_drug_key
-- An indication belongs to a drug entry: it is told with that entry's drug (indicated_drugs) and role (indications).
WITH entry AS (
  SELECT
    r.case_id, coalesce(d.role_code, '-') AS role_code, hash(hash(d.drug_name), hash(d.active_ingredient))::VARCHAR AS drug,
    p.text_id IS NOT NULL AS is_car_t, k.drug AS drug_key
  FROM read_version AS r
  JOIN case_drug AS d ON d.quarter = r.quarter AND d.report_id = r.report_id AND (NOT r.is_number_shared OR d.case_id = r.case_id)
  LEFT JOIN (SELECT DISTINCT text_id FROM shown_drug_product) AS p
    ON p.text_id = hash(hash(d.drug_name), hash(d.active_ingredient))
  LEFT JOIN shown_drug_key AS k ON k.text_id = hash(hash(d.drug_name), hash(d.active_ingredient))
),
drug AS (
  SELECT
    case_id,
    md5(string_agg(DISTINCT drug, '|' ORDER BY drug)) AS drugs,
    md5(string_agg(DISTINCT drug, '|' ORDER BY drug) FILTER (WHERE is_car_t)) AS car_t_drugs,
    md5(string_agg(DISTINCT concat(drug, '/', role_code), '|' ORDER BY concat(drug, '/', role_code))) AS roles,
    md5(string_agg(DISTINCT concat(drug, '/', drug_key), '|' ORDER BY concat(drug, '/', drug_key))) AS identities
  FROM entry
  GROUP BY case_id
),
reaction AS (
  SELECT r.case_id, md5(string_agg(DISTINCT x.pt, '|' ORDER BY x.pt)) AS reactions
  FROM read_version AS r
  JOIN case_reaction AS x ON x.quarter = r.quarter AND x.report_id = r.report_id AND (NOT r.is_number_shared OR x.case_id = r.case_id)
  GROUP BY r.case_id
),
outcome AS (
  SELECT r.case_id, md5(string_agg(DISTINCT x.outcome_code, '|' ORDER BY x.outcome_code)) AS outcomes
  FROM read_version AS r
  JOIN case_outcome AS x ON x.quarter = r.quarter AND x.report_id = r.report_id AND (NOT r.is_number_shared OR x.case_id = r.case_id)
  GROUP BY r.case_id
),
indicated AS (
  SELECT
    r.case_id, x.indication_pt, coalesce(d.role_code, '-') AS role_code,
    CASE WHEN d.quarter IS NULL THEN '-' ELSE hash(hash(d.drug_name), hash(d.active_ingredient))::VARCHAR END AS drug
  FROM read_version AS r
  JOIN case_indication AS x ON x.quarter = r.quarter AND x.report_id = r.report_id AND (NOT r.is_number_shared OR x.case_id = r.case_id)
  LEFT JOIN case_drug AS d ON d.quarter = x.quarter AND d.report_id = x.report_id AND d.drug_seq = x.drug_seq
    AND (NOT r.is_number_shared OR d.case_id = r.case_id)
),
indication AS (
  SELECT
    case_id,
    string_agg(DISTINCT indication_pt, '|' ORDER BY indication_pt) AS indication_pts,
    md5(string_agg(DISTINCT concat(drug, '/', indication_pt), '|' ORDER BY concat(drug, '/', indication_pt))) AS indicated_drugs,
    md5(
      string_agg(DISTINCT concat(drug, '/', role_code, '/', indication_pt), '|' ORDER BY concat(drug, '/', role_code, '/', indication_pt))
    ) AS indications
  FROM indicated
  GROUP BY case_id
),
patient AS (
  SELECT
    r.case_id, max(concat_ws('|', v.age_years, v.age_group_code, v.sex_code, v.reporter_country_code, v.event_country_code)) AS patient,
    max(v.event_date_text) AS event_date_text
  FROM read_version AS r
  JOIN report_version AS v ON v.quarter = r.quarter AND v.report_id = r.report_id AND v.case_id = r.case_id
  GROUP BY r.case_id
)
SELECT
  r.case_id, d.drugs, d.car_t_drugs, d.roles, d.identities, x.reactions, o.outcomes,
  md5(concat_ws('|', p.patient, i.indication_pts)) AS patient, i.indicated_drugs, i.indications,
  md5(concat_ws('|', p.event_date_text, r.initial_receipt_date)) AS dates
FROM read_version AS r
LEFT JOIN drug AS d ON d.case_id = r.case_id
LEFT JOIN reaction AS x ON x.case_id = r.case_id
LEFT JOIN outcome AS o ON o.case_id = r.case_id
LEFT JOIN indication AS i ON i.case_id = r.case_id
LEFT JOIN patient AS p ON p.case_id = r.case_id

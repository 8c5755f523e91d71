-- What comparators and strata ask of each counted case: its CAR-Ts, its age, sex and country, its disease, when FDA first received it.
-- Reads: counted_case, car_t_case, suspect_indication, solicited_case, vocabulary_product, vocabulary_age_limit
-- received_since: the last product approval by then. It and names_solicited are asked of cases without a CAR-T only.
WITH day AS (
  SELECT c.initial_receipt_date, max(v.approval_date) AS received_since
  FROM (SELECT DISTINCT initial_receipt_date FROM counted_case) AS c
  JOIN vocabulary_product AS v ON v.approval_date <= c.initial_receipt_date
  GROUP BY c.initial_receipt_date
)
SELECT
  c.case_id,
  t.case_id IS NOT NULL AS is_car_t,
  coalesce(t.products, 0) AS products,
  coalesce(t.names_two_car_ts, false) AS names_two_car_ts,
  CASE WHEN t.case_id IS NULL THEN d.received_since END AS received_since,
  CASE
    WHEN c.age_years >= (SELECT adult_years FROM vocabulary_age_limit) THEN 'adults'
    WHEN c.age_years IS NOT NULL THEN 'children'
    ELSE 'unknown'
  END AS age_band,
  coalesce(i.disease_groups, 0) AS disease_groups,
  t.case_id IS NOT NULL AND i.case_id IS NULL AS is_indication_missing,
  t.case_id IS NULL AND i.case_id IS NOT NULL AND s.case_id IS NOT NULL AS names_solicited,
  c.age_years, c.sex_code, c.event_country_code, c.initial_receipt_date
FROM counted_case AS c
LEFT JOIN car_t_case AS t ON t.case_id = c.case_id
LEFT JOIN day AS d ON d.initial_receipt_date = c.initial_receipt_date
LEFT JOIN suspect_indication AS i ON i.case_id = c.case_id
LEFT JOIN solicited_case AS s ON s.case_id = c.case_id

-- What each exposed case says of the day its product was infused: the starts of therapy of that product's own suspect entries.
-- Reads: exposed_case, onset_entry, entry_product, vocabulary_product_member, case_therapy, case_current
-- A start known to the month or year that lies outside the month or year of the exact one is another infusion.
WITH entry AS (
  SELECT DISTINCT m.product, e.case_id, e.quarter, e.report_id, e.drug_seq
  FROM onset_entry AS e
  JOIN entry_product AS p
    ON p.drug_name IS NOT DISTINCT FROM e.drug_name AND p.active_ingredient IS NOT DISTINCT FROM e.active_ingredient
  JOIN vocabulary_product_member AS m ON m.member = p.product
),
start AS (
  SELECT e.product, e.case_id, t.start_date, t.start_date_text, t.start_date_reason LIKE 'only the %' AS is_partial
  FROM entry AS e
  JOIN case_therapy AS t ON t.quarter = e.quarter AND t.report_id = e.report_id AND t.drug_seq = e.drug_seq
  JOIN case_current AS c ON c.case_id = e.case_id AND (NOT c.is_report_number_shared OR t.case_id = c.case_id)
  WHERE t.start_date_text IS NOT NULL
),
known AS (
  SELECT product, case_id, min(start_date) AS first_start, count(DISTINCT start_date) AS n_days FROM start GROUP BY product, case_id
)
SELECT
  x.product, x.case_id,
  CASE WHEN any_value(k.n_days) = 1 THEN any_value(k.first_start) END AS infusion_date,
  count(s.start_date_text) > 0 AS has_text,
  coalesce(bool_or(s.is_partial), false) AS has_partial,
  coalesce(any_value(k.n_days) > 1
    OR bool_or(s.is_partial AND NOT starts_with(strftime(k.first_start, '%Y%m%d'), trim(s.start_date_text))), false) AS has_several
FROM exposed_case AS x
LEFT JOIN start AS s ON s.product = x.product AND s.case_id = x.case_id
LEFT JOIN known AS k ON k.product = x.product AND k.case_id = x.case_id
GROUP BY x.product, x.case_id

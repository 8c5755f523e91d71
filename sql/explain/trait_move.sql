-- Of each changed case, what counted it differently: the traits that the comparator asks for, and the event by its terms.
-- Reads: changed_case, question, vocabulary_product, vocabulary_comparator, from_case_stratum, from_stratum, to_case_stratum, to_stratum, from_product, to_product, from_told_event, to_told_event
-- is_product_kept: a product that exposes on one side is named on the other too, in a role that does not.
WITH asked AS (
  SELECT DISTINCT question_id, product FROM question
),
comparator AS (
  SELECT
    coalesce(bool_or(excludes_car_t), false) AS excludes_car_t,
    coalesce(bool_or(needs_same_target), false) AS needs_same_target,
    coalesce(bool_or(excludes_solicited), false) AS excludes_solicited,
    coalesce(bool_or(since_approval), false) AS since_approval,
    coalesce(bool_or(needs_indication), false) AS needs_indication,
    coalesce(bool_or(age_band IS NOT NULL), false) AS needs_age
  FROM vocabulary_comparator
  WHERE comparator = $comparator
)
SELECT
  c.question_id, c.case_id,
  coalesce((f.products & v.bit) <> (t.products & v.bit), false) AS is_exposure_moved,
  coalesce(list_has_any(fp.exposing, tp.named), false) OR coalesce(list_has_any(tp.exposing, fp.named), false)
    AS is_product_kept,
  coalesce(
    k.excludes_car_t AND f.is_car_t <> t.is_car_t
    OR k.needs_same_target AND (f.products <> t.products OR f.names_two_car_ts <> t.names_two_car_ts), false
  ) AS is_other_car_t_moved,
  coalesce(
    k.excludes_solicited AND f.names_solicited <> t.names_solicited AND f.disease_groups <> 0 AND t.disease_groups <> 0,
    false
  ) AS is_solicited_moved,
  k.since_approval
    AND coalesce(f.received_since >= v.approval_date, false) <> coalesce(t.received_since >= v.approval_date, false)
    AS is_receipt_moved,
  coalesce(k.needs_age AND f.age_band <> t.age_band, false) AS is_age_moved,
  coalesce(
    k.needs_indication AND (f.disease_groups & v.disease_groups <> 0) <> (t.disease_groups & v.disease_groups <> 0), false
  ) AS is_disease_moved,
  coalesce(fe.is_counted, false) <> coalesce(te.is_counted, false) AS is_term_moved,
  fe.terms IS DISTINCT FROM te.terms AS is_term_changed
FROM changed_case AS c
CROSS JOIN comparator AS k
LEFT JOIN asked AS q ON q.question_id = c.question_id
LEFT JOIN vocabulary_product AS v ON v.product = q.product
LEFT JOIN from_case_stratum AS fs ON fs.case_id = c.case_id
LEFT JOIN from_stratum AS f ON f.stratum_id = fs.stratum_id
LEFT JOIN to_case_stratum AS ts ON ts.case_id = c.case_id
LEFT JOIN to_stratum AS t ON t.stratum_id = ts.stratum_id
LEFT JOIN from_product AS fp ON fp.case_id = c.case_id AND fp.product = q.product
LEFT JOIN to_product AS tp ON tp.case_id = c.case_id AND tp.product = q.product
LEFT JOIN from_told_event AS fe ON fe.question_id = c.question_id AND fe.case_id = c.case_id
LEFT JOIN to_told_event AS te ON te.question_id = c.question_id AND te.case_id = c.case_id

-- Every changed case with the one reason of its change; the first that holds, in the order written here.
-- Reads: changed_case, from_version, to_version, from_listing, to_listing, from_content, to_content, held_edition, trait_move
-- new, restated (nothing of it held on one side, though its quarter is), withdrawn, revived, merged, split, restated
-- (its version vanished from, or appeared in, a quarter held on both sides), revised, restated (same version, other
-- text), revised or restated (a date learned from another version), identity. No reason at all would be a bug of ours.
WITH edition AS (
  SELECT
    coalesce(f.quarter, t.quarter) AS quarter, f.quarter IS NOT NULL AS was_held,
    f.edition IS NOT NULL AND t.edition IS NOT NULL AND f.edition <> t.edition AS is_restated
  FROM (SELECT * FROM held_edition WHERE side = 'from') AS f
  FULL JOIN (SELECT * FROM held_edition WHERE side = 'to') AS t ON t.quarter = f.quarter
),
published_then AS (
  SELECT
    v.case_id, count(*) AS n,
    string_agg(concat_ws('/', v.quarter, v.report_id, v.receipt_dates), '|' ORDER BY v.quarter, v.report_id)
      FILTER (WHERE e.is_restated) AS restated_dates
  FROM from_version AS v
  JOIN edition AS e ON e.quarter = v.quarter
  GROUP BY v.case_id
),
published_now AS (
  SELECT
    v.case_id, count(*) AS n, count(*) FILTER (WHERE e.is_restated) AS n_restated,
    string_agg(concat_ws('/', v.quarter, v.report_id, v.receipt_dates), '|' ORDER BY v.quarter, v.report_id)
      FILTER (WHERE e.is_restated) AS restated_dates
  FROM to_version AS v
  JOIN edition AS e ON e.quarter = v.quarter
  GROUP BY v.case_id
),
told AS (
  SELECT
    c.*, m.* EXCLUDE (question_id, case_id),
    coalesce(f.n, 0) > 0 AS was_published,
    coalesce(t.n, 0) > 0 AS is_published,
    coalesce(t.n = t.n_restated, false) AS is_restated_only,
    fl.listed_quarter IS DISTINCT FROM tl.listed_quarter AS is_newly_listed,
    coalesce(le.is_restated, false) AS is_list_restated,
    c.was_current AND v.case_id IS NULL AS is_version_lost,
    c.is_current AND w.case_id IS NULL AND coalesce(te.was_held, false) AS is_version_found,
    f.restated_dates IS DISTINCT FROM t.restated_dates AS is_date_restated,
    c.from_quarter IS NOT DISTINCT FROM c.to_quarter AND c.from_report_id IS NOT DISTINCT FROM c.to_report_id AS is_same_version,
    c.from_cell IS NOT NULL AND c.to_cell IS NOT NULL AND (c.from_cell IN ('a', 'c')) <> (c.to_cell IN ('a', 'c'))
      AS is_event_changed,
    fc.drugs IS DISTINCT FROM tc.drugs AS is_drug,
    fc.car_t_drugs IS DISTINCT FROM tc.car_t_drugs AS is_car_t_drug,
    fc.roles IS DISTINCT FROM tc.roles AS is_role,
    fc.reactions IS DISTINCT FROM tc.reactions AS is_reaction,
    fc.dates IS DISTINCT FROM tc.dates AS is_date,
    fc.indicated_drugs IS DISTINCT FROM tc.indicated_drugs AS is_indicated_drug,
    fc.patient IS DISTINCT FROM tc.patient
      OR fc.roles IS NOT DISTINCT FROM tc.roles AND fc.indications IS DISTINCT FROM tc.indications AS is_patient,
    fc.outcomes IS DISTINCT FROM tc.outcomes AS is_outcome,
    fc.identities IS DISTINCT FROM tc.identities AS is_identity
  FROM changed_case AS c
  JOIN trait_move AS m ON m.question_id = c.question_id AND m.case_id = c.case_id
  LEFT JOIN published_then AS f ON f.case_id = c.case_id
  LEFT JOIN published_now AS t ON t.case_id = c.case_id
  LEFT JOIN from_listing AS fl ON fl.case_id = c.case_id
  LEFT JOIN to_listing AS tl ON tl.case_id = c.case_id
  LEFT JOIN edition AS le ON le.quarter = tl.listed_quarter
  LEFT JOIN edition AS te ON te.quarter = c.to_quarter
  LEFT JOIN to_version AS v ON v.case_id = c.case_id AND v.quarter = c.from_quarter AND v.report_id = c.from_report_id
  LEFT JOIN from_version AS w ON w.case_id = c.case_id AND w.quarter = c.to_quarter AND w.report_id = c.to_report_id
  LEFT JOIN from_content AS fc ON fc.case_id = c.case_id
  LEFT JOIN to_content AS tc ON tc.case_id = c.case_id
),
judged AS (
  SELECT
    *,
    CASE
      WHEN is_exposure_moved AND is_drug AND NOT is_product_kept THEN 'revised_drug'
      WHEN is_exposure_moved AND is_role THEN 'revised_role'
      WHEN is_other_car_t_moved AND is_car_t_drug THEN 'revised_drug'
      WHEN is_other_car_t_moved AND is_role THEN 'revised_role'
      WHEN is_solicited_moved AND is_drug THEN 'revised_drug'
      WHEN is_solicited_moved AND is_role THEN 'revised_role'
      WHEN is_solicited_moved AND is_identity THEN 'identity'
      WHEN is_receipt_moved THEN 'revised_date'
      WHEN is_age_moved THEN 'revised_other'
      WHEN is_disease_moved AND is_indicated_drug THEN 'revised_other'
      WHEN is_disease_moved AND is_role THEN 'revised_role'
      WHEN is_event_changed AND is_term_moved AND is_term_changed THEN 'revised_reaction'
      WHEN is_event_changed AND is_term_moved AND is_indicated_drug THEN 'revised_other'
      WHEN is_event_changed AND NOT is_term_moved AND is_outcome THEN 'revised_other'
      WHEN is_drug THEN 'revised_drug'
      WHEN is_role THEN 'revised_role'
      WHEN is_reaction THEN 'revised_reaction'
      WHEN is_date THEN 'revised_date'
      WHEN is_patient OR is_outcome THEN 'revised_other'
    END AS field_reason
  FROM told
)
SELECT
  t.question_id, t.case_id, t.from_cell, t.to_cell,
  CASE
    WHEN NOT t.was_published THEN CASE WHEN t.is_restated_only THEN 'restated' ELSE 'new' END
    WHEN NOT t.is_published THEN 'restated'
    WHEN t.was_current AND NOT t.is_current THEN
      CASE
        WHEN t.is_newly_listed AND t.is_list_restated OR NOT t.is_newly_listed AND t.is_version_lost THEN 'restated'
        ELSE 'withdrawn'
      END
    WHEN t.is_current AND NOT t.was_current THEN
      CASE WHEN t.is_version_found OR v.case_id IS NOT NULL THEN 'restated' ELSE 'revived' END
    WHEN t.from_kept_case_id IS NULL AND t.to_kept_case_id IS NOT NULL THEN 'merged'
    WHEN t.from_kept_case_id IS NOT NULL AND t.to_kept_case_id IS NULL THEN 'split'
    WHEN t.is_version_lost OR t.is_version_found THEN 'restated'
    WHEN NOT t.is_same_version THEN coalesce(t.field_reason, CASE WHEN t.is_identity THEN 'identity' END)
    WHEN t.is_drug OR t.is_role OR t.is_reaction OR t.is_patient OR t.is_outcome THEN 'restated'
    WHEN t.from_receipt_date IS DISTINCT FROM t.to_receipt_date THEN
      CASE WHEN t.is_date_restated THEN 'restated' ELSE 'revised_date' END
    WHEN t.is_identity THEN 'identity'
  END AS reason,
  CASE
    WHEN t.was_current AND t.is_current THEN
      concat_ws(
        ',', CASE WHEN t.is_drug THEN 'drug' END, CASE WHEN t.is_role AND NOT t.is_drug THEN 'role' END,
        CASE WHEN t.is_reaction THEN 'reaction' END, CASE WHEN t.is_date THEN 'date' END,
        CASE WHEN t.is_patient THEN 'patient' END, CASE WHEN t.is_outcome THEN 'outcome' END,
        CASE WHEN t.is_identity AND NOT t.is_drug THEN 'identity' END
      )
  END AS changed_fields,
  t.from_quarter, t.from_report_id, t.to_quarter, t.to_report_id
FROM judged AS t
LEFT JOIN from_version AS v ON v.case_id = t.case_id AND v.quarter = t.to_quarter AND v.report_id = t.to_report_id

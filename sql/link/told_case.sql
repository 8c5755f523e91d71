-- Each candidate case with everything that is compared but its lists of terms, of which it has the counts.
-- Reads: linked_case, candidate_term, candidate_outcome, designated_candidate, linkage_country, linkage_default
WITH listed AS (
  SELECT
    case_id, count(*) FILTER (WHERE kind = 'drug') AS n_drugs, count(*) FILTER (WHERE kind = 'reaction') AS n_reactions,
    bool_or(is_car_t) AS is_car_t
  FROM candidate_term
  GROUP BY case_id
)
SELECT
  c.* EXCLUDE (quarter, report_id, is_report_number_shared, manufacturer_sender),
  nullif(regexp_replace(upper(c.manufacturer_sender), '[^\p{L}\p{N}]', '', 'g'), '') AS sender_key,
  coalesce(l.n_drugs, 0) AS n_drugs, coalesce(l.n_reactions, 0) AS n_reactions, coalesce(l.is_car_t, false) AS is_car_t, o.outcome_codes,
  coalesce(o.is_fatal, false) AS is_fatal, coalesce(d.is_designated, false) AS is_designated,
  coalesce(d.is_designated_if_fatal, false) AS is_designated_if_fatal,
  list_filter(c.number_digits || [c.number_key], lambda k: k IS NOT NULL) AS numbers,
  list_filter(c.authority_digits || [c.authority_key], lambda k: k IS NOT NULL) AS authorities, coalesce(w.weight, f.weight) AS country_weight
FROM linked_case AS c
JOIN linkage_default AS f ON f.kind = 'country'
LEFT JOIN listed AS l ON l.case_id = c.case_id
LEFT JOIN candidate_outcome AS o ON o.case_id = c.case_id
LEFT JOIN designated_candidate AS d ON d.case_id = c.case_id
LEFT JOIN linkage_country AS w ON w.country = c.event_country_code

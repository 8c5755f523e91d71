-- Each complete report version that can be its case's latest, with the fields that are compared, each worked out from its own row alone.
-- Reads: report_version, shared_number
-- Of several versions of a case in one quarter, only the one that goes before the others can be.
-- Numbers and references are compared without case, blanks and punctuation, save that in a number whatever separates two
-- groups of digits counts as a hyphen: 2011-1234 is not 20111-234. A number with fewer than four digits names nothing. A date on the first of a month counts as a month: most are padded. A day and a month that could change
-- places are kept in both orders. Digits that stand together in a number (seven or more, no calendar day) may be the
-- number another sender gave the same report.
WITH several AS (
  SELECT quarter, case_id
  FROM report_version
  WHERE case_id IS NOT NULL AND report_id IS NOT NULL
  GROUP BY quarter, case_id
  HAVING count(*) > 1
),
ranked AS (
  SELECT
    v.quarter, v.report_id, v.line, v.case_id,
    row_number() OVER (
      PARTITION BY v.quarter, v.case_id
      ORDER BY era = 'faers' DESC, version_number DESC, fda_date DESC NULLS LAST, report_id DESC, line
    ) AS place
  FROM report_version AS v
  JOIN several AS s ON s.case_id = v.case_id AND s.quarter = v.quarter
  WHERE v.report_id IS NOT NULL
),
hyphened AS (
  SELECT
    v.*, n.report_id IS NOT NULL AS is_report_number_shared,
    regexp_replace(upper(manufacturer_number), '[^\p{L}\p{N}]+', '-', 'g') AS hyphened_number,
    regexp_replace(upper(authority_number), '[^\p{L}\p{N}]+', '-', 'g') AS hyphened_authority
  FROM report_version AS v
  ANTI JOIN (SELECT * FROM ranked WHERE place > 1) AS r
    ON r.case_id = v.case_id AND r.quarter = v.quarter AND r.report_id = v.report_id AND r.line = v.line
  LEFT JOIN shared_number AS n ON n.report_id = v.report_id AND n.quarter = v.quarter
  WHERE v.case_id IS NOT NULL AND v.report_id IS NOT NULL AND v.is_readable AND v.unreadable_tables IS NULL
),
plain AS (
  SELECT
    case_id, quarter, report_id, is_report_number_shared, age_years, sex_code, weight_kg,
    coalesce(event_country_code, reporter_country_code) AS event_country_code, reporter_type_code, manufacturer_sender,
    regexp_replace(regexp_replace(hyphened_number, '(^|\p{L})-', '\1', 'g'), '-(\p{L}|$)', '\1', 'g') AS number_key,
    regexp_replace(regexp_replace(hyphened_authority, '(^|\p{L})-', '\1', 'g'), '-(\p{L}|$)', '\1', 'g') AS authority_key,
    regexp_replace(upper(literature_reference), '[^\p{L}\p{N}]', '', 'g') AS literature_key,
    regexp_extract_all(coalesce(manufacturer_number, ''), '[0-9]{7,}') AS in_number,
    regexp_extract_all(coalesce(authority_number, ''), '[0-9]{7,}') AS in_authority,
    event_date, event_date_precision, trim(event_date_text) AS event_date_text
  FROM hyphened
)
SELECT
  case_id, quarter, report_id, is_report_number_shared,
  age_years, floor(age_years)::INTEGER AS age, sex_code, weight_kg, event_country_code, reporter_type_code,
  CASE WHEN regexp_matches(number_key, '[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9]') THEN number_key END AS number_key,
  manufacturer_sender,
  CASE WHEN regexp_matches(authority_key, '[0-9][^0-9]*[0-9][^0-9]*[0-9][^0-9]*[0-9]') THEN authority_key END AS authority_key,
  CASE WHEN length(literature_key) >= 12 THEN literature_key END AS literature_key,
  list_filter(in_number, lambda d: NOT regexp_full_match(d, '(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])'))
    AS number_digits,
  list_filter(in_authority, lambda d: NOT regexp_full_match(d, '(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])'))
    AS authority_digits,
  CASE WHEN day(event_date) > 1 THEN event_date END AS event_day,
  CASE
    WHEN event_date IS NOT NULL THEN (12 * year(event_date) + month(event_date) - 1)::INTEGER
    WHEN event_date_precision = 'month' AND regexp_full_match(event_date_text, '[0-9]{6}')
      THEN (12 * substr(event_date_text, 1, 4)::INTEGER + substr(event_date_text, 5, 2)::INTEGER - 1)::INTEGER
  END AS event_month
FROM plain

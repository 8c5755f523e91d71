-- Each DEMO row typed beside its text, and each version whose DEMO line was rejected but whose report and case are known.
-- Reads: raw_demo, raw_drug, raw_reac, rejected, reading_date, reading_age, reading_weight, vocabulary_country
-- They are known from the rejected line itself or, where a quarter has rejected DEMO lines, from drugs and reactions
-- without a DEMO row, so that an unreadable latest version never lets an older one step in.
WITH unreadable AS (
  SELECT report_id, string_agg(DISTINCT "table", ',' ORDER BY "table") AS unreadable_tables
  FROM rejected WHERE report_id IS NOT NULL GROUP BY report_id
),
child AS (
  SELECT primaryid, caseid FROM raw_drug
  UNION
  SELECT primaryid, caseid FROM raw_reac
),
inferred AS (
  SELECT
    try_cast(c.primaryid AS BIGINT) AS report_id, try_cast(c.caseid AS BIGINT) AS case_id,
    try_cast(substr(c.primaryid, length(c.caseid) + 1) AS BIGINT) AS version_number, d.quarter, d.source, d.line
  FROM child AS c
  ANTI JOIN raw_demo AS p ON p.primaryid = c.primaryid
  ANTI JOIN rejected AS r ON r."table" = 'raw_demo' AND r.report_id = try_cast(c.primaryid AS BIGINT)
  JOIN (
    SELECT quarter, source, min(line) AS line
    FROM rejected
    WHERE "table" = 'raw_demo' AND reason <> 'blank line'
    GROUP BY ALL
  ) AS d ON true
  WHERE starts_with(c.primaryid, c.caseid) AND regexp_full_match(substr(c.primaryid, length(c.caseid) + 1), '[0-9]{1,3}')
),
published AS (
  SELECT
    quarter, source AS era, line, true AS is_readable,
    try_cast(primaryid AS BIGINT) AS report_id,
    try_cast(caseid AS BIGINT) AS case_id,
    coalesce(try_cast(caseversion AS BIGINT), try_cast(nullif(regexp_replace(foll_seq, '[^0-9]', '', 'g'), '') AS BIGINT), 0)
      AS version_number,
    i_f_code, event_dt, mfr_dt, init_fda_dt, fda_dt, rept_dt, age, age_cod, age_grp, sex, wt, wt_cod,
    rept_cod, occp_cod, reporter_country, occr_country, mfr_num, mfr_sndr, auth_num, lit_ref
  FROM raw_demo
  UNION ALL BY NAME
  SELECT quarter, source AS era, line, false AS is_readable, report_id, case_id, version_number
  FROM rejected WHERE "table" = 'raw_demo' AND report_id IS NOT NULL AND case_id IS NOT NULL
  UNION ALL BY NAME
  SELECT quarter, source AS era, line, false AS is_readable, report_id, case_id, version_number FROM inferred
)
SELECT
  p.quarter, p.report_id, p.case_id, p.era, p.version_number, p.is_readable,
  CASE WHEN p.is_readable THEN u.unreadable_tables ELSE coalesce(u.unreadable_tables, 'raw_demo') END AS unreadable_tables,
  p.i_f_code AS initial_or_followup_code,
  event.date AS event_date, p.event_dt AS event_date_text,
  event.precision AS event_date_precision, event.reason AS event_date_reason,
  coalesce(p.quarter >= '2021Q3' AND extract(day FROM event.date) = 1, false) AS is_event_date_possibly_padded,
  manufacturer.date AS manufacturer_date, p.mfr_dt AS manufacturer_date_text,
  manufacturer.precision AS manufacturer_date_precision, manufacturer.reason AS manufacturer_date_reason,
  initial.date AS initial_fda_date, p.init_fda_dt AS initial_fda_date_text,
  initial.precision AS initial_fda_date_precision, initial.reason AS initial_fda_date_reason,
  fda.date AS fda_date, p.fda_dt AS fda_date_text, fda.precision AS fda_date_precision, fda.reason AS fda_date_reason,
  report.date AS report_date, p.rept_dt AS report_date_text,
  report.precision AS report_date_precision, report.reason AS report_date_reason,
  age.value AS age_years, age.reason AS age_reason, p.age_grp AS age_group_code,
  CASE WHEN upper(trim(p.sex)) IN ('F', 'M') THEN upper(trim(p.sex)) END AS sex_code,
  weight.value AS weight_kg, weight.reason AS weight_reason,
  p.rept_cod AS report_type_code, p.occp_cod AS reporter_type_code,
  reporter.code AS reporter_country_code, country.code AS event_country_code,
  p.mfr_num AS manufacturer_number, p.mfr_sndr AS manufacturer_sender, p.auth_num AS authority_number,
  p.lit_ref AS literature_reference, p.line
FROM published AS p
LEFT JOIN unreadable AS u ON u.report_id = p.report_id
LEFT JOIN reading_date AS event ON event.text = p.event_dt
LEFT JOIN reading_date AS manufacturer ON manufacturer.text = p.mfr_dt
LEFT JOIN reading_date AS initial ON initial.text = p.init_fda_dt
LEFT JOIN reading_date AS fda ON fda.text = p.fda_dt
LEFT JOIN reading_date AS report ON report.text = p.rept_dt
LEFT JOIN reading_age AS age ON age.number = p.age AND age.unit IS NOT DISTINCT FROM p.age_cod
LEFT JOIN reading_weight AS weight ON weight.number = p.wt AND weight.unit IS NOT DISTINCT FROM p.wt_cod
LEFT JOIN vocabulary_country AS reporter ON reporter.name = upper(trim(p.reporter_country))
LEFT JOIN vocabulary_country AS country ON country.name = upper(trim(p.occr_country))
ORDER BY p.line, p.report_id

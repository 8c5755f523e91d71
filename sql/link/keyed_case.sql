-- Each complete current case with what its blocks are made of, texts as their hashes.
-- Reads: keyed_version, case_latest
-- turn puts the cases in the order in which they became known: quarter of the first version published, first receipt,
-- case number. What a later quarter brings never comes before it.
SELECT
  c.case_id,
  (
    (4 * left(c.first_quarter, 4)::BIGINT + right(c.first_quarter, 1)::BIGINT) * 10_000_000
    + coalesce(c.initial_receipt_date - DATE '1900-01-01', 9_999_999)
  )::HUGEINT * 10_000_000_000_000_000_000 + c.case_id AS turn,
  floor(k.age_years)::INTEGER AS age, k.age_years, k.sex_code, k.event_country_code,
  CASE WHEN len(k.numbers) > 0 THEN list_transform(k.numbers, lambda n: hash(n)) END AS number_ids,
  CASE WHEN k.literature_start IS NOT NULL THEN [hash(k.literature_start), hash('the end: ' || k.literature_end)] END
    AS literature_ids,
  k.event_date AS event_day, k.event_month,
  (12 * year(c.initial_receipt_date) + month(c.initial_receipt_date) - 1)::INTEGER AS receipt_month,
  CASE WHEN k.rarest_drug IS NOT NULL THEN hash(k.rarest_drug) END AS drug_id,
  CASE WHEN k.car_t IS NOT NULL THEN hash(k.car_t) END AS car_t_id,
  CASE WHEN k.rarest_reaction IS NOT NULL THEN hash(k.rarest_reaction) END AS reaction_id,
  k.has_rare_content
FROM keyed_version AS k
JOIN case_latest AS c ON c.case_id = k.case_id AND c.quarter = k.quarter

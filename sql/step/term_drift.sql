-- Narrow terms of endpoints without a row in the newest quarters held, and frequent CAR-T terms that nobody has placed.
-- Reads: report_version, case_reaction, term, event, vocabulary_endpoint_term, counted_case, car_t_entry, case_term, ignored_term, vocabulary_malignancy_term, listed_spelling
-- gone: it had rows before; n_expected is what their number for each quarter held since the first row, that row left out,
-- would give. never: no quarter held has one. unassigned: it stands in at least $least_cases and a share of
-- at least $least_share of the CAR-T cases whose latest version the newest quarters published, and is in no endpoint, not
-- a reviewed malignant term and not in ignored_terms.csv. Quarters and cases are those as of the data-lock point.
WITH newest AS (
  SELECT DISTINCT quarter FROM report_version ORDER BY quarter DESC LIMIT $newest_quarters
),
span AS (
  SELECT min(quarter) AS newest_from, max(quarter) AS newest_to FROM newest
),
listed AS (
  SELECT t.published_pt FROM term AS t SEMI JOIN vocabulary_endpoint_term AS v ON v.pt = t.pt AND v.scope = 'narrow'
),
reaction AS (
  SELECT pt AS published_pt, quarter, count(*) AS n
  FROM case_reaction
  WHERE pt IN (SELECT published_pt FROM listed)
  GROUP BY pt, quarter
),
occurring AS (
  SELECT
    t.pt, sum(r.n)::BIGINT AS n_ever, coalesce(sum(r.n) FILTER (WHERE r.quarter >= s.newest_from), 0)::BIGINT AS n_newest,
    min(r.quarter) AS first_quarter, max(r.quarter) AS last_quarter
  FROM reaction AS r
  JOIN term AS t ON t.published_pt = r.published_pt
  CROSS JOIN span AS s
  GROUP BY t.pt
),
earlier AS (
  SELECT h.quarter, count(*) OVER (ORDER BY h.quarter DESC) AS n_since
  FROM (SELECT DISTINCT quarter FROM report_version) AS h
  JOIN span AS s ON h.quarter < s.newest_from
),
absent AS (
  SELECT
    CASE WHEN o.pt IS NULL THEN 'never' ELSE 'gone' END AS kind, v.endpoint, v.pt, 0 AS n_newest,
    coalesce(o.n_ever, 0) AS n_ever, (o.n_ever - 1)::DOUBLE * (SELECT count(*) FROM newest) / b.n_since AS n_expected,
    'reaction row' AS unit, o.last_quarter
  FROM vocabulary_endpoint_term AS v
  LEFT JOIN occurring AS o ON o.pt = v.pt
  LEFT JOIN earlier AS b ON b.quarter = o.first_quarter
  WHERE v.scope = 'narrow' AND coalesce(o.n_newest, 0) = 0
),
car_t_case AS (
  SELECT DISTINCT c.case_id, c.quarter, c.quarter >= s.newest_from AS is_newest
  FROM counted_case AS c
  SEMI JOIN car_t_entry AS x ON x.case_id = c.case_id
  CROSS JOIN span AS s
),
n_car_t AS (
  SELECT count(*) FILTER (WHERE is_newest) AS n FROM car_t_case
),
named AS (
  SELECT
    e.pt, count(*) FILTER (WHERE c.is_newest) AS n_newest, count(*) AS n_ever, max(c.quarter) AS last_quarter
  FROM case_term AS t
  JOIN car_t_case AS c ON c.case_id = t.case_id
  JOIN event AS e ON e.event_id = t.event_id
  GROUP BY e.pt
),
unassigned AS (
  SELECT 'unassigned' AS kind, NULL AS endpoint, a.pt, a.n_newest, a.n_ever, NULL AS n_expected, 'case' AS unit, a.last_quarter
  FROM named AS a
  CROSS JOIN n_car_t AS n
  WHERE a.n_newest >= $least_cases AND a.n_newest >= $least_share * n.n
    AND a.pt NOT IN (SELECT pt FROM vocabulary_endpoint_term)
    AND a.pt NOT IN (SELECT pt FROM vocabulary_malignancy_term)
    AND a.pt NOT IN (SELECT pt FROM ignored_term)
),
found AS (
  SELECT * FROM absent UNION ALL SELECT * FROM unassigned
)
SELECT
  f.kind, f.endpoint, coalesce(e.event, w.pt_text, upper(left(f.pt, 1)) || lower(substr(f.pt, 2))) AS term,
  f.n_newest, f.n_ever, f.n_expected, f.unit, n.n AS n_car_t_cases, f.last_quarter, s.newest_from, s.newest_to
FROM found AS f
LEFT JOIN event AS e ON e.event_kind = 'pt' AND e.pt = f.pt
LEFT JOIN listed_spelling AS w ON w.pt = f.pt
CROSS JOIN n_car_t AS n
CROSS JOIN span AS s
ORDER BY f.kind, f.n_newest DESC, f.n_expected DESC NULLS LAST, f.n_ever DESC, term, f.endpoint

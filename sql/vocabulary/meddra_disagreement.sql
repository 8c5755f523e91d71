-- Reviewed names that the loaded MedDRA places otherwise: former names it still has, listed terms that it moved or lacks.
-- Reads: listed_former_name, listed_endpoint_term, vocabulary_former_name, vocabulary_endpoint_term, meddra_pt, meddra_llt
-- A listed term is outside where classes replace its list and do not have it.
WITH lower_level AS (
  SELECT llt, min(pt) AS pt FROM meddra_llt GROUP BY llt
),
former AS (
  SELECT
    CASE WHEN p.pt IS NOT NULL THEN 'former name is current' ELSE 'former name is of another term' END AS kind,
    f.former_pt AS term, coalesce(p.pt, l.pt) AS meddra_pt, f.current_pt AS listed_pt
  FROM listed_former_name AS f
  LEFT JOIN meddra_pt AS p ON p.pt = f.former_pt
  LEFT JOIN lower_level AS l ON l.llt = f.former_pt
  LEFT JOIN lower_level AS c ON c.llt = f.current_pt
  WHERE p.pt IS NOT NULL OR l.pt <> coalesce(c.pt, f.current_pt)
),
today AS (
  SELECT DISTINCT l.endpoint, coalesce(f.current_pt, l.pt) AS pt
  FROM listed_endpoint_term AS l
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = l.pt
),
outside AS (
  SELECT DISTINCT t.pt
  FROM today AS t
  SEMI JOIN meddra_pt AS p ON p.pt = t.pt
  ANTI JOIN vocabulary_endpoint_term AS v ON v.endpoint = t.endpoint AND v.pt = t.pt
),
listed AS (
  SELECT DISTINCT pt FROM listed_endpoint_term WHERE scope = 'broad' AND pt NOT IN (SELECT pt FROM meddra_pt)
)
SELECT kind, term, meddra_pt, listed_pt FROM former
UNION ALL
SELECT CASE WHEN l.pt IS NULL THEN 'listed term is unknown' ELSE 'listed term is a lower level' END, d.pt, l.pt, NULL
FROM listed AS d
LEFT JOIN lower_level AS l ON l.llt = d.pt
UNION ALL
SELECT 'listed term is outside', pt, pt, NULL FROM outside
ORDER BY kind, term

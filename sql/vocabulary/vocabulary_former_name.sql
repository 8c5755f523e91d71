-- Names that are counted under another once MedDRA is loaded: the reviewed former names first, then lowest-level terms.
-- Reads: listed_former_name, meddra_llt, meddra_pt
-- A lowest-level term that names two preferred terms follows its current line; where that is not one, it stays as it is.
-- Both steps are taken twice: a preferred term may itself be a reviewed former name.
WITH lower_level AS (
  SELECT
    llt,
    CASE
      WHEN count(DISTINCT pt) FILTER (WHERE is_current) = 1 THEN min(pt) FILTER (WHERE is_current)
      WHEN count(DISTINCT pt) = 1 THEN min(pt)
    END AS pt
  FROM meddra_llt
  WHERE llt NOT IN (SELECT pt FROM meddra_pt)
  GROUP BY llt
),
known AS (
  SELECT former_pt AS name FROM listed_former_name UNION SELECT llt FROM lower_level
),
once AS (
  SELECT k.name, coalesce(l.pt, f.current_pt, k.name) AS pt
  FROM known AS k
  LEFT JOIN listed_former_name AS f ON f.former_pt = k.name
  LEFT JOIN lower_level AS l ON l.llt = coalesce(f.current_pt, k.name)
),
again AS (
  SELECT o.name, coalesce(l.pt, f.current_pt, o.pt) AS pt
  FROM once AS o
  LEFT JOIN listed_former_name AS f ON f.former_pt = o.pt
  LEFT JOIN lower_level AS l ON l.llt = coalesce(f.current_pt, o.pt)
)
SELECT name AS former_pt, pt AS current_pt FROM again WHERE pt <> name ORDER BY former_pt

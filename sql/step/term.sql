-- Each published term under today's name, and how that name is spelled most often; AERS printed capitals only.
-- Reads: case_reaction, vocabulary_former_name
WITH printed AS (
  SELECT pt, pt_text, quarter >= '2012Q4' AS is_faers, count(*) AS n
  FROM case_reaction
  WHERE pt IS NOT NULL
  GROUP BY ALL
),
spelled AS (
  SELECT
    r.pt AS published_pt, coalesce(f.current_pt, r.pt) AS pt, trim(r.pt_text) AS pt_text, r.is_faers, sum(r.n) AS n
  FROM printed AS r
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = r.pt
  GROUP BY ALL
),
shown AS (
  SELECT
    pt,
    coalesce(
      list(pt_text ORDER BY n DESC, pt_text) FILTER (WHERE is_faers AND upper(pt_text) = pt)[1],
      upper(left(pt, 1)) || lower(substr(pt, 2))
    ) AS event
  FROM spelled
  GROUP BY pt
)
SELECT DISTINCT s.published_pt, s.pt, w.event
FROM spelled AS s
JOIN shown AS w ON w.pt = s.pt

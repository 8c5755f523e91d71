-- Terms of each endpoint and scope once MedDRA is loaded: the reviewed list and what its definition takes from MedDRA.
-- Reads: listed_endpoint_term, meddra_selection, vocabulary_former_name, meddra_hierarchy, meddra_smq
-- Classes are narrow, on primary and secondary paths; queries keep their scopes, but the broad terms of a query with an
-- algorithm mean it only in combination and are left out. A list is replaced only where MedDRA has its classes.
WITH chosen AS (
  SELECT m.endpoint, m.role, h.pt, 'narrow' AS scope
  FROM meddra_selection AS m
  JOIN meddra_hierarchy AS h
    ON m.name = CASE m.kind WHEN 'soc' THEN upper(h.soc) WHEN 'hlgt' THEN upper(h.hlgt) WHEN 'hlt' THEN upper(h.hlt) END
  UNION
  SELECT m.endpoint, m.role, q.pt, CASE WHEN m.kind = 'smq_broad' THEN 'broad' ELSE q.scope END
  FROM meddra_selection AS m
  JOIN meddra_smq AS q ON m.kind IN ('smq', 'smq_narrow', 'smq_broad') AND upper(q.smq) = m.name
  WHERE q.scope = 'narrow' OR (m.kind <> 'smq_narrow' AND (m.role = 'without' OR NOT q.is_algorithmic))
  UNION
  SELECT endpoint, role, name, 'narrow' FROM meddra_selection WHERE kind = 'pt'
),
today AS (
  SELECT DISTINCT c.endpoint, c.role, coalesce(f.current_pt, c.pt) AS pt, c.scope
  FROM chosen AS c
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = c.pt
),
taken AS (
  SELECT t.endpoint, t.scope, t.pt
  FROM today AS t
  ANTI JOIN today AS o ON o.role = 'without' AND o.endpoint = t.endpoint AND o.pt = t.pt
  WHERE t.role = 'member'
),
replaced AS (
  SELECT m.endpoint FROM meddra_selection AS m SEMI JOIN taken AS t ON t.endpoint = m.endpoint WHERE m.role = 'replaces'
),
listed AS (
  SELECT l.endpoint, l.scope, coalesce(f.current_pt, l.pt) AS pt
  FROM listed_endpoint_term AS l
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = l.pt
  WHERE l.endpoint NOT IN (SELECT endpoint FROM replaced)
),
joined AS (
  SELECT endpoint, scope, pt FROM listed UNION SELECT endpoint, scope, pt FROM taken
)
SELECT endpoint, scope, pt FROM joined
UNION
SELECT endpoint, 'broad', pt FROM joined
ORDER BY endpoint, scope DESC, pt

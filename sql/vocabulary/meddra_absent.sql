-- Classes, groups and queries that endpoint definitions name and the loaded MedDRA does not have.
-- Reads: meddra_selection, meddra_hierarchy, meddra_smq
WITH present AS (
  SELECT DISTINCT 'soc' AS level, upper(soc) AS name FROM meddra_hierarchy
  UNION ALL
  SELECT DISTINCT 'hlgt', upper(hlgt) FROM meddra_hierarchy
  UNION ALL
  SELECT DISTINCT 'hlt', upper(hlt) FROM meddra_hierarchy
  UNION ALL
  SELECT DISTINCT 'smq', upper(smq) FROM meddra_smq
)
SELECT m.name, split_part(m.kind, '_', 1) AS level, string_agg(DISTINCT m.endpoint, ', ' ORDER BY m.endpoint) AS endpoints
FROM meddra_selection AS m
ANTI JOIN present AS p ON p.level = split_part(m.kind, '_', 1) AND p.name = m.name
WHERE m.kind NOT IN ('pt', 'list')
GROUP BY ALL
ORDER BY level, m.name

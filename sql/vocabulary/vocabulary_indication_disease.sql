-- Indications that name a malignancy, under today's name.
-- Reads: listed_indication_disease, vocabulary_former_name
WITH listed AS (
  SELECT coalesce(f.current_pt, l.indication_pt) AS indication_pt, l.disease, f.former_pt IS NOT NULL AS is_moved
  FROM listed_indication_disease AS l
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = l.indication_pt
)
SELECT indication_pt, disease
FROM listed
QUALIFY row_number() OVER (PARTITION BY indication_pt ORDER BY is_moved, disease = 'unspecified', disease) = 1
ORDER BY indication_pt

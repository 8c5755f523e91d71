-- Malignant terms under today's name; a term that only MedDRA brings into a second-malignancy endpoint stays undecided.
-- Reads: listed_malignancy_term, listed_endpoint_term, vocabulary_former_name, vocabulary_endpoint_term, vocabulary_endpoint
-- Where two reviewed terms are one today, the answer given under today's name stands, else the more specific one.
WITH listed AS (
  SELECT coalesce(f.current_pt, l.pt) AS pt, l.disease, l.kind, f.former_pt IS NOT NULL AS is_moved
  FROM listed_malignancy_term AS l
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = l.pt
),
reviewed AS (
  SELECT pt, disease, kind
  FROM listed
  QUALIFY row_number() OVER (PARTITION BY pt ORDER BY is_moved, kind = 'unspecific', kind, disease) = 1
),
written AS (
  SELECT coalesce(f.current_pt, l.pt) AS pt
  FROM listed_endpoint_term AS l
  LEFT JOIN vocabulary_former_name AS f ON f.former_pt = l.pt
),
unreviewed AS (
  SELECT DISTINCT v.pt
  FROM vocabulary_endpoint_term AS v
  JOIN vocabulary_endpoint AS p ON p.endpoint = v.endpoint AND p.has_index_rule
  WHERE v.pt NOT IN (SELECT pt FROM reviewed) AND v.pt NOT IN (SELECT pt FROM written)
)
SELECT pt, disease, kind FROM reviewed
UNION ALL
SELECT pt, 'unspecified', 'unspecific' FROM unreviewed
ORDER BY pt

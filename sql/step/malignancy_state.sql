-- Whether each malignant term of a case is a possible second malignancy (counted), the disease treated, or undecidable.
-- Reads: malignant_term, index_disease, vocabulary_index_rule
SELECT
  t.case_id, t.event_id,
  CASE
    WHEN bool_or(r.state = 'index') THEN 'index'
    WHEN bool_or(r.state = 'indeterminate') THEN 'indeterminate'
    ELSE 'counted'
  END AS state
FROM malignant_term AS t
JOIN index_disease AS i ON i.case_id = t.case_id
LEFT JOIN vocabulary_index_rule AS r ON r.kind = t.kind AND r.term_disease = t.disease AND r.index_disease = i.disease
GROUP BY t.case_id, t.event_id

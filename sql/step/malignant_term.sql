-- Each malignant term of a current case, with its disease and kind.
-- Reads: case_term, event, vocabulary_malignancy_term
SELECT t.case_id, t.event_id, m.disease, m.kind
FROM case_term AS t
JOIN (
  SELECT e.event_id, m.disease, m.kind FROM event AS e JOIN vocabulary_malignancy_term AS m ON m.pt = e.pt
) AS m ON m.event_id = t.event_id

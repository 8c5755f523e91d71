-- For each endpoint, narrow terms, the drug keys with most cases of it in the comparator's background; CAR-Ts are asked about apart.
-- Reads: endpoint_pair, drug, event, masking_rule
WITH ranked AS (
  SELECT
    p.comparator, e.event, d.drug, p.drug_id,
    row_number() OVER (PARTITION BY p.comparator, p.event_id ORDER BY p.a DESC, d.drug) AS place
  FROM endpoint_pair AS p
  JOIN drug AS d ON d.drug_id = p.drug_id AND NOT d.is_car_t
  JOIN event AS e ON e.event_id = p.event_id
)
SELECT comparator, event, drug, drug_id, place
FROM ranked
WHERE place <= (SELECT max(most) FROM masking_rule WHERE selects = 'drug')
ORDER BY comparator, event, place

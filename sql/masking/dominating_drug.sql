-- For each endpoint, narrow terms, the drug keys with most cases of it in the comparator's background; CAR-Ts are asked about apart.
-- Reads: pair_count, drug, masking_rule
WITH ranked AS (
  SELECT
    p.comparator, p.event, p.drug, d.drug_id,
    row_number() OVER (PARTITION BY p.comparator, p.event ORDER BY p.a DESC, p.drug) AS place
  FROM pair_count AS p
  JOIN drug AS d ON d.drug = p.drug AND NOT d.is_car_t
  WHERE p.event_kind = 'endpoint' AND p.scope = 'narrow'
)
SELECT comparator, event, drug, drug_id, place
FROM ranked
WHERE place <= (SELECT max(most) FROM masking_rule WHERE selects = 'drug')
ORDER BY comparator, event, place

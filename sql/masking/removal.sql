-- One number for each removal that any pair asks about.
-- Reads: masking_candidate
WITH asked AS (
  SELECT DISTINCT kind, removed, for_product, bits, drug_id, removed_event_id FROM masking_candidate
)
SELECT row_number() OVER (ORDER BY kind, removed, for_product) AS removal_id, *
FROM asked

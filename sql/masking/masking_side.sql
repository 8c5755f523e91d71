-- The strata on either side of each comparison that is asked about masking.
-- Reads: compared_stratum, masking_comparator
SELECT c.product, c.comparator, c.stratum_id, c.is_exposed
FROM compared_stratum AS c
JOIN masking_comparator AS k ON k.comparator = c.comparator
WHERE c.reason IS NULL

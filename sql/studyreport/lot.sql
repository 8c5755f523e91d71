-- Manufacturing lots that went to more than one patient, or to none within specification.
-- Reads: study_subject
SELECT
  lot,
  product,
  count(*) AS n_patients,
  count(*) FILTER (WHERE is_in_specification) AS n_in_specification,
  count(*) FILTER (WHERE NOT is_in_specification) AS n_out_of_specification
FROM study_subject
WHERE infusion_date IS NOT NULL AND lot IS NOT NULL
GROUP BY lot, product
HAVING count(*) > 1 OR count(*) FILTER (WHERE NOT is_in_specification) > 0
ORDER BY lot, product

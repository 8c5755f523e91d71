-- Manufacturing lots that went to more than one patient, or to none within specification; a patient counts once for each lot.
-- Reads: study_subject, study_infusion
WITH infused AS (
  SELECT DISTINCT s.subject_id, s.product, s.is_in_specification, unnest(i.lots) AS lot
  FROM study_infusion AS i
  INNER JOIN study_subject AS s ON s.subject_id = i.subject_id
  WHERE i.is_index AND s.infusion_date IS NOT NULL
)
SELECT
  lot,
  product,
  count(*) AS n_patients,
  count(*) FILTER (WHERE is_in_specification) AS n_in_specification,
  count(*) FILTER (WHERE NOT is_in_specification) AS n_out_of_specification
FROM infused
GROUP BY lot, product
HAVING count(*) > 1 OR count(*) FILTER (WHERE NOT is_in_specification) > 0
ORDER BY lot, product

-- Cases of each asked product with a malignant term, by whether the term counts as a possible second malignancy.
-- Reads: asked_product, drug, exposure, malignancy_state
-- A case stands under the strongest state of its terms: counted, else indeterminate, else index.
WITH strongest AS (
  SELECT
    case_id,
    CASE
      WHEN bool_or(state = 'counted') THEN 'counted'
      WHEN bool_or(state = 'indeterminate') THEN 'indeterminate'
      ELSE 'index'
    END AS state
  FROM malignancy_state
  GROUP BY case_id
)
SELECT a.product, s.state, count(*) AS n_cases
FROM asked_product AS a
JOIN drug AS d ON d.drug = a.product
JOIN exposure AS x ON x.drug_id = d.drug_id
JOIN strongest AS s ON s.case_id = x.case_id
GROUP BY a.product, s.state
ORDER BY a.product, s.state

-- Each case of a product with the quarters of its event, its receipt and its first publication, as whole numbers.
-- Reads: exposed_case, case_current, report_version
-- Quarters are numbered year × 4 + 0 to 3. A later version never moves a case out of the quarter of its first receipt.
WITH named AS (
  SELECT DISTINCT case_id FROM exposed_case
),
chosen AS (
  SELECT c.case_id, c.quarter, c.report_id, c.initial_receipt_date, c.event_date
  FROM case_current AS c
  JOIN named AS n ON n.case_id = c.case_id
),
published AS (
  SELECT
    c.case_id, min(r.quarter) AS first_quarter,
    bool_or(r.is_event_date_possibly_padded AND r.quarter = c.quarter AND r.report_id = c.report_id) AS is_padded
  FROM report_version AS r
  JOIN chosen AS c ON c.case_id = r.case_id
  GROUP BY c.case_id
)
SELECT
  x.product, c.case_id, c.initial_receipt_date, c.event_date,
  year(c.initial_receipt_date) * 4 + quarter(c.initial_receipt_date) - 1 AS receipt_number,
  year(c.event_date) * 4 + quarter(c.event_date) - 1 AS event_number,
  p.first_quarter[1:4]::BIGINT * 4 + p.first_quarter[6:6]::BIGINT - 1 AS publication_number,
  coalesce(p.is_padded, false) AS is_possibly_padded
FROM exposed_case AS x
JOIN chosen AS c ON c.case_id = x.case_id
LEFT JOIN published AS p ON p.case_id = c.case_id

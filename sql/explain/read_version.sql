-- The version that one side reads of each changed case that is current on both sides.
-- Reads: changed_case
SELECT DISTINCT
  case_id,
  CASE $side WHEN 'from' THEN from_quarter ELSE to_quarter END AS quarter,
  CASE $side WHEN 'from' THEN from_report_id ELSE to_report_id END AS report_id,
  CASE $side WHEN 'from' THEN is_from_number_shared ELSE is_to_number_shared END AS is_number_shared,
  CASE $side WHEN 'from' THEN from_receipt_date ELSE to_receipt_date END AS initial_receipt_date
FROM changed_case
WHERE was_current AND is_current

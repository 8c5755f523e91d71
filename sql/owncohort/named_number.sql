-- The numbers of safety reports that the extracts shown tell, once for each study; one that is nothing but seven to nine digits may be a case number.
-- Reads: study_safety_report
SELECT
  study_id, as_of AS study_as_of, safety_report_id AS number_text,
  regexp_replace(safety_report_id, '[^0-9]', '', 'g') AS digits,
  CASE WHEN regexp_full_match(safety_report_id, '[0-9]{7,9}') THEN safety_report_id::BIGINT END AS case_id
FROM study_safety_report
GROUP BY ALL

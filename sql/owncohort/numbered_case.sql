-- Current cases whose manufacturer's number has the digits of one of the numbers named, in their order; no other can be equal to one.
-- Reads: case_current, report_version, named_number
SELECT DISTINCT c.case_id, v.manufacturer_number AS number_text
FROM report_version AS v
SEMI JOIN named_number AS n ON n.digits = regexp_replace(v.manufacturer_number, '[^0-9]', '', 'g')
JOIN case_current AS c ON c.case_id = v.case_id AND c.quarter = v.quarter AND c.report_id = v.report_id
  AND c.version_number = v.version_number

-- Cases with a version or a withdrawal in an issue of a quarter that only one of the two data-lock points reads.
-- Reads: changed_report_version, changed_withdrawn_case
SELECT case_id FROM changed_report_version WHERE case_id IS NOT NULL
UNION
SELECT case_id FROM changed_withdrawn_case WHERE case_id IS NOT NULL

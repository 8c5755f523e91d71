-- A patient is followed from infusion to death or last contact, in that order.
-- Reads: study_subject
SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number, reason
FROM (
  SELECT subject_id, unnest([
    CASE WHEN death_date < infusion_date THEN 'death before infusion' END,
    CASE WHEN last_contact_date < infusion_date THEN 'last contact before infusion' END,
    CASE WHEN withdrawal_date < infusion_date THEN 'withdrawal before infusion' END,
    CASE WHEN last_contact_date > death_date THEN 'last contact after death' END,
    CASE WHEN enrolment_date > death_date THEN 'enrolment after death' END
  ]) AS reason
  FROM study_subject
)
WHERE reason IS NOT NULL

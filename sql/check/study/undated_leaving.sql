-- The day of a withdrawal or a loss that the extract tells of is known.
-- Reads: study_subject
SELECT 'study_subject' AS "table", subject_id, NULL::BIGINT AS row_number, reason
FROM (
  SELECT subject_id, unnest([
    CASE WHEN list_contains(undated, 'withdrawal') THEN 'a withdrawal without its day' END,
    CASE WHEN list_contains(undated, 'loss') THEN 'a loss to follow-up without its day' END
  ]) AS reason
  FROM study_subject
)
WHERE reason IS NOT NULL

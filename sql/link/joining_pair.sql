-- Pairs that may join their cases, in the order of the later case; the pair that weighs most comes first.
-- Reads: judged_pair, told_case
-- Of two cases the earlier is the one whose first version was published in an earlier quarter, then received earlier,
-- then has the lower case number: what a later quarter brings never comes before it.
-- Where a pair was joined in spite of a sender's two numbers, they do not keep the later case from its cluster.
WITH ranked AS (
  SELECT
    case_id, sex_code, age_years, sender_key, number_key, is_fatal, is_designated_if_fatal,
    row_number() OVER (ORDER BY first_quarter, initial_receipt_date NULLS LAST, case_id) AS place
  FROM told_case
),
placed AS (
  SELECT
    CASE WHEN a.place < b.place THEN a ELSE b END AS earlier, CASE WHEN a.place < b.place THEN b ELSE a END AS later,
    p.total_weight, p.has_two_numbers
  FROM judged_pair AS p
  JOIN ranked AS a ON a.case_id = p.case_id
  JOIN ranked AS b ON b.case_id = p.other_case_id
  WHERE p.reason IS NULL
)
SELECT
  later.case_id AS later_case_id, later.sex_code AS later_sex_code, later.age_years AS later_age_years,
  later.sender_key AS later_sender_key, later.number_key AS later_number_key,
  later.is_fatal AS later_is_fatal, later.is_designated_if_fatal AS later_is_designated_if_fatal,
  earlier.case_id AS earlier_case_id, earlier.sex_code AS earlier_sex_code, earlier.age_years AS earlier_age_years,
  earlier.sender_key AS earlier_sender_key, earlier.number_key AS earlier_number_key,
  earlier.is_fatal AS earlier_is_fatal, earlier.is_designated_if_fatal AS earlier_is_designated_if_fatal,
  has_two_numbers
FROM placed
ORDER BY later.place, total_weight DESC, earlier.place

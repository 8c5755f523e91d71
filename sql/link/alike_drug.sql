-- Candidate pairs that share a reaction and no drug, but name drugs that one slip of the pen would make equal.
-- Reads: shared_term, candidate_term, compared_term
SELECT DISTINCT p.case_id, p.other_case_id
FROM shared_term AS p
JOIN candidate_term AS a ON a.case_id = p.case_id AND a.kind = 'drug'
JOIN candidate_term AS b ON b.case_id = p.other_case_id AND b.kind = 'drug'
JOIN compared_term AS one ON one.term_id = a.term_id
JOIN compared_term AS other ON other.term_id = b.term_id
WHERE p.n_drugs = 0 AND length(one.term) >= $long_name AND abs(length(one.term) - length(other.term)) <= 1
  AND damerau_levenshtein(one.term, other.term) = 1

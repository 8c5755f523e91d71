-- Each place in those blocks, and whether its pairs are judged anew: the case is asked about, or the block moved and is or was too large.
-- Reads: block_place, asked_case, moved_key
SELECT
  p.key, p.case_id, p.place, p.sex_code, p.age_years,
  a.case_id IS NOT NULL OR coalesce(p.size + m.n_earlier > $window + 1, false) AS is_asked
FROM block_place AS p
LEFT JOIN asked_case AS a ON a.case_id = p.case_id
LEFT JOIN moved_key AS m ON m.key = p.key

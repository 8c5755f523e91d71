-- Each case number of the quarter's deleted-case lists; typed with the quarter, so that it passes the same gate.
-- Reads: raw_deleted
SELECT quarter, try_cast(regexp_extract(caseid, '[0-9]+') AS BIGINT) AS case_id, line
FROM raw_deleted
ORDER BY line, case_id

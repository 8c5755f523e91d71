-- One bit for each endpoint, narrow terms, so that a case's endpoints are one number; refused from 63 endpoints on.
-- Reads: event
WITH numbered AS (
    SELECT event_id, row_number() OVER (ORDER BY event_id) AS place
    FROM event
    WHERE event_kind = 'endpoint' AND scope = 'narrow'
)
SELECT
    event_id,
    CASE
        WHEN place > 62 THEN error('Masking keeps the endpoints of a case in 62 bits: ' || event_id || ' is the 63rd.')
        ELSE 1::BIGINT << (place - 1)::INTEGER
    END AS bit
FROM numbered

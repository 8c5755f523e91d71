-- Each rule of the gate as it stood when the quarter's typed tables became current.
-- Reads: gate_result, current_run
-- row_count compares with the quarters loaded until then: ingest and validate tell it, a report never does, since the
-- order of loading must not show in it.
SELECT
  g.quarter, g."table", g.rule, g.severity, g.passed, g.raised, g.n_checked, g.n_violating, g.share, g.threshold,
  g.found, g.note
FROM gate_result AS g
JOIN current_run AS r ON r.quarter = g.quarter AND r.run_id = g.run_id
WHERE g.rule <> 'row_count'
ORDER BY g.quarter, g.severity, g."table", g.rule

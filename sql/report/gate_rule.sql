-- Each rule of the gate as it stood when the quarter's typed tables became current.
-- Reads: gate_result, current_run
SELECT
  g.quarter, g."table", g.rule, g.severity, g.passed, g.raised, g.n_checked, g.n_violating, g.share, g.threshold,
  g.found, g.note
FROM gate_result AS g
JOIN current_run AS r ON r.quarter = g.quarter AND r.run_id = g.run_id
ORDER BY g.quarter, g.severity, g."table", g.rule

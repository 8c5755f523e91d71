-- Each asked product's quarters after each event of the calendar against those before; where none is given, reason says why.
-- Reads: interruption, asked_product
SELECT
  i.product, i.series, i.endpoint, i.measure, i.event_day, i.event_title, i.event_quarter, i.n_quarters_before,
  i.n_quarters_after, i.n_before, i.n_after, i.n_event_quarter, i.foretold, i.level_ratio, i.level_low, i.level_high,
  i.level_p, i.level_q, i.slope_ratio, i.slope_low, i.slope_high, i.slope_p, i.slope_q, i.dispersion, i.autocorrelation,
  i.correlation, i.n_other_events,
  i.reason
FROM interruption AS i
JOIN asked_product AS p ON p.product = i.product
WHERE i.scope IS DISTINCT FROM 'broad'
ORDER BY i.product, i.event_day, i.event_title, i.series, i.endpoint, i.measure

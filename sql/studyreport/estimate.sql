-- Every estimate of the study as of its data-lock point.
-- Reads: study_estimate
SELECT *
FROM study_estimate
ORDER BY analysis, estimand, population, event, "window", at_years, competing, scale, measure, method

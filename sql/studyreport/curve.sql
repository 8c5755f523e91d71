-- Every step of every curve of the study as of its data-lock point.
-- Reads: study_curve
SELECT *
FROM study_curve
ORDER BY analysis, estimand, population, event, competing, at_years

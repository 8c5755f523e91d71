-- Each combination of stratum, age interval, sex, year of receipt and region that a counted case has, and how many cases have it.
-- Reads: counted_profile
-- The inverse of how case_profile.sql packs what a case tells; 0 is what is not told.
SELECT
  profile_id, profile_id // 268435456 AS stratum_id, profile_id // 4194304 % 64 AS age_id, profile_id // 1048576 % 4 AS sex,
  profile_id // 64 % 16384 AS receipt_year, profile_id % 64 AS region, n_cases
FROM counted_profile

-- Share of drug entries whose drug is known by more than its name, for each quarter and role group.
-- Reads: drug_resolution
SELECT
  quarter, role_group, n_rows, n_car_t, n_published, n_learned, n_parsed, n_name_only, n_unnamed, share_resolved
FROM drug_resolution
ORDER BY quarter, role_group

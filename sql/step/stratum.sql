-- One number for each set of counted cases that no comparator tells apart, and how many they are.
-- Reads: case_trait
SELECT
  row_number() OVER (
    ORDER BY is_car_t, products, names_two_car_ts, received_since, age_band, disease_groups, is_indication_missing,
    names_solicited
  ) AS stratum_id,
  is_car_t, products, names_two_car_ts, received_since, age_band, disease_groups, is_indication_missing,
  names_solicited, count(*) AS n_cases
FROM case_trait
GROUP BY
  is_car_t, products, names_two_car_ts, received_since, age_band, disease_groups, is_indication_missing, names_solicited

-- The stratum of each counted case.
-- Reads: case_trait, stratum
SELECT t.case_id, s.stratum_id
FROM case_trait AS t
JOIN stratum AS s
  ON s.is_car_t = t.is_car_t AND s.products = t.products AND s.names_two_car_ts = t.names_two_car_ts
    AND s.received_since IS NOT DISTINCT FROM t.received_since AND s.age_band = t.age_band
    AND s.disease_groups = t.disease_groups AND s.is_indication_missing = t.is_indication_missing
    AND s.names_solicited = t.names_solicited

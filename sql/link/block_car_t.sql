-- CAR-T cases under product, country, sex and two months: each case stands in its own month and in the one before.
-- Reads: keyed_case
SELECT hash(car_t_id, event_country_code, sex_code, unnest([event_month, event_month - 1])) AS key, turn
FROM keyed_case
WHERE car_t_id IS NOT NULL AND event_month IS NOT NULL
UNION ALL
SELECT hash(car_t_id, event_country_code, sex_code, age, 'any day'), turn
FROM keyed_case
WHERE car_t_id IS NOT NULL AND age IS NOT NULL

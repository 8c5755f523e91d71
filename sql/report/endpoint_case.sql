-- Cases with any CAR-T that report each endpoint, in both scopes.
-- Reads: signal
SELECT event AS endpoint, scope, a AS n_cases
FROM signal
WHERE product = 'any_car_t' AND event_kind = 'endpoint' AND comparator = 'all'
ORDER BY event, scope DESC

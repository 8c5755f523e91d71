-- Terms that an endpoint lists and FAERS no longer or never prints, and frequent CAR-T terms that belong to no endpoint.
-- Reads: term_drift
SELECT kind, endpoint, term, n_newest, n_ever, n_expected, unit, n_car_t_cases, last_quarter, newest_from, newest_to
FROM term_drift
ORDER BY kind, n_newest DESC, n_expected DESC NULLS LAST, n_ever DESC, term, endpoint

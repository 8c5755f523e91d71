-- Counted cases whose reports each removal takes away, by stratum and set of endpoints: those naming the CAR-Ts or the drug, those with the event.
-- Reads: removal, stratum, stratum_profile, endpoint_bit, exposure, masked_case
-- Which CAR-Ts a case names and which endpoints it has is told by its stratum and its set; only other drugs are looked up case by case.
SELECT r.removal_id, p.stratum_id, p.endpoints, p.n_cases
FROM removal AS r
JOIN stratum AS s ON (s.products & r.bits) <> 0
JOIN stratum_profile AS p ON p.stratum_id = s.stratum_id
WHERE r.kind = 'product'
UNION ALL
SELECT r.removal_id, p.stratum_id, p.endpoints, p.n_cases
FROM removal AS r
JOIN endpoint_bit AS b ON b.event_id = r.removed_event_id
JOIN stratum_profile AS p ON (p.endpoints & b.bit) <> 0
WHERE r.kind = 'event'
UNION ALL
SELECT r.removal_id, c.stratum_id, c.endpoints, count(*) AS n_cases
FROM removal AS r
JOIN exposure AS x ON x.drug_id = r.drug_id
JOIN masked_case AS c ON c.case_place = x.case_place
WHERE r.kind = 'product'
GROUP BY r.removal_id, c.stratum_id, c.endpoints

-- Each asked product and comparator: counted cases on either side, and those left out of it, by reason.
-- Reads: asked_product, vocabulary_product, vocabulary_comparator, compared_stratum, stratum, signal
SELECT
  p.product, k.comparator,
  coalesce(sum(s.n_cases) FILTER (WHERE c.is_exposed AND c.reason IS NULL), 0)::BIGINT AS n_product,
  coalesce(sum(s.n_cases) FILTER (WHERE NOT c.is_exposed AND c.reason IS NULL), 0)::BIGINT AS n_comparator,
  coalesce(sum(s.n_cases) FILTER (WHERE c.is_exposed AND c.reason = 'no indication'), 0)::BIGINT AS n_no_indication,
  coalesce(sum(s.n_cases) FILTER (WHERE c.is_exposed AND c.reason = 'another indication'), 0)::BIGINT AS n_another_indication,
  coalesce(sum(s.n_cases) FILTER (WHERE c.is_exposed AND c.reason = 'two CAR-Ts'), 0)::BIGINT AS n_two_car_ts,
  coalesce(sum(s.n_cases) FILTER (WHERE c.is_exposed AND c.reason = 'unknown age'), 0)::BIGINT AS n_unknown_age,
  coalesce(sum(s.n_cases) FILTER (WHERE c.is_exposed AND c.reason = 'another age'), 0)::BIGINT AS n_another_age,
  coalesce(sum(s.n_cases) FILTER (WHERE NOT c.is_exposed AND c.reason = 'two CAR-Ts'), 0)::BIGINT AS n_comparator_two_car_ts,
  coalesce(sum(s.n_cases) FILTER (WHERE NOT c.is_exposed AND c.reason = 'unknown age'), 0)::BIGINT AS n_comparator_unknown_age,
  any_value(n.comparator_version) AS comparator_version
FROM asked_product AS p
JOIN vocabulary_product AS v ON v.product = p.product
JOIN vocabulary_comparator AS k ON NOT k.needs_same_target OR v.same_target <> 0
LEFT JOIN compared_stratum AS c ON c.product = p.product AND c.comparator = k.comparator
LEFT JOIN stratum AS s ON s.stratum_id = c.stratum_id
LEFT JOIN (SELECT DISTINCT comparator, comparator_version FROM signal) AS n ON n.comparator = k.comparator
GROUP BY p.product, k.comparator
ORDER BY p.product, k.comparator

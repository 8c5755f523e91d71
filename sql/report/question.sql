-- For each product, comparator and kind of event: pairs asked in its family, its own that the rule marks, and their shares of false added up.
-- Reads: signal
-- Every product, asked for or not: the families of pairs that are read together go across products.
SELECT
  product, comparator, event_kind, scope,
  coalesce(max(n_questions), 0) AS n_asked,
  count(*) FILTER (WHERE is_signal) AS n_marked,
  coalesce(sum(false_share ORDER BY event) FILTER (WHERE is_signal), 0) AS n_false,
  bool_or(false_share IS NOT NULL) AS has_prior
FROM signal
GROUP BY product, comparator, event_kind, scope
ORDER BY product, comparator, event_kind DESC, scope DESC

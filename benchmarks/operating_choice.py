"""The criterion by which the report's rule is chosen, and its answer.

Its bounds were written down before the first run; that small families are asked for crossing, and not for the bound of
false positives at one look, was added after it and did not change the answer: docs/operating.md says so.
"""

from typing import Any

MOST_FALSE_PER_1000 = 5.0
MOST_EVER_CROSSING = 0.05
LEAST_PAIRS = 1000
"""Null pairs that a band must hold for its share to be asked."""
STRENGTH, TIE, TIE_STRENGTH = "2", 0.01, "4"

CRITERION = (
    "Of the rules that fire at the last look on at most 5 of 1,000 null pairs (upper bound of the interval), and ever "
    "within 60 quarterly looks on at most 5 % of null pairs (in every band of expected count with at least 1,000 null "
    "pairs, at every point of the exact curve where the rule has one, and in small families where the rule reads many "
    "pairs together), the one that finds most pairs reported "
    "twice as often (RR 2), at least one case expected, at the last look. Rules within one percentage point of the "
    "best tie; of these, the one with the shortest mean time until a pair reported four times as often is found."
)


def worst_crossing(figures: dict[str, Any]) -> float:
    """The largest share of null pairs ever crossed: over the bands, the small families and the curve."""
    asked = [*figures["ever_crossing_by_band"], figures["ever_crossing_in_small_families"]]
    bands = [one["value"] for one in asked if one["of"] >= LEAST_PAIRS]
    return float(max([*bands, *figures.get("ever_crossing_curve", [])], default=1.0))


def objection(figures: dict[str, Any]) -> str | None:
    """Why a rule may not be chosen, or None."""
    false = figures["false_positives_per_1000"]["high"]
    if false > MOST_FALSE_PER_1000:
        return f"up to {false:.3g} false positives per 1,000 null pairs at the last look"
    worst = worst_crossing(figures)
    if worst > MOST_EVER_CROSSING:
        return f"fires within 60 looks on up to {100 * worst:.2g} % of null pairs"
    return None


def chosen(rules: dict[str, Any]) -> str | None:
    """Name of the rule that the criterion chooses; None where every rule has an objection."""
    allowed = {name: one for name, one in rules.items() if objection(one) is None}
    found = {
        name: one["sensitivity"][STRENGTH]["at_least_one_expected"]["value"] or 0.0 for name, one in allowed.items()
    }
    best = max(found.values(), default=0.0)
    tied = [name for name, value in found.items() if best - value <= TIE]
    return min(tied, key=lambda name: (allowed[name]["detection"][TIE_STRENGTH]["mean"], name), default=None)

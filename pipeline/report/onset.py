"""Onset of one product: who is left out and why, how the days of the others are spread, and pictures of it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.figures import Figure
from pipeline.report.onsetfigure import Curves, onset_chart
from pipeline.signals.interval import Array
from pipeline.signals.reversetime import ReverseTime, reverse_time
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.onset import USED, CaseSet, OnsetRules, onset_rules
from pipeline.vocabulary.products import Product

LEAST_DRAWN, PANELS, CURVE_POINTS = 5, 4, 40


@dataclass(frozen=True, slots=True)
class Part:
    """Cases that are used, or left out for one reason, and their share of the endpoint's cases in percent."""

    reason: str
    n: int
    percent: float


@dataclass(frozen=True, slots=True)
class OnsetLine:
    """One endpoint: cases by reason, and each method's row for all cases."""

    endpoint: Endpoint
    parts: list[Part]
    fits: dict[str, Row]

    @property
    def n_of(self) -> dict[str, int]:
        """Cases by reason."""
        return {part.reason: part.n for part in self.parts}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """One endpoint: the truncated fit of each set of cases that was asked about besides all of them."""

    endpoint: Endpoint
    fits: list[tuple[CaseSet, Row]]


@dataclass(frozen=True, slots=True)
class OnsetSection:
    """What the page says of a product's onset; lines: endpoints with a case, in the order of the vocabulary.

    reasons: title by id, those that any case has; heads: the same in short. rules: which fits are marked.
    """

    lines: list[OnsetLine]
    sensitivities: list[Sensitivity]
    figures: list[Figure]
    reasons: dict[str, str]
    heads: dict[str, str]
    rules: OnsetRules


def onset_section(facts: ReportFacts, product: Product, anchor: str) -> OnsetSection:
    """The onset of a product that at least one case names."""
    fits: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in facts.rows_of("onset_fit", product.id):
        fits[row["endpoint"], row["case_set"]][row["method"]] = row
    counts: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows_of("onset_left_out", product.id):
        if row["case_set"] == "all":
            counts[row["endpoint"]].append(row)
    lines = [_line(item, counts[item.id], fits[item.id, "all"]) for item in endpoints() if item.id in counts]
    met = {part.reason for line in lines for part in line.parts}
    titles = {USED: "used"} | onset_rules().reasons
    return OnsetSection(
        lines=lines,
        sensitivities=[_sensitivity(line.endpoint, fits) for line in lines if line.n_of[USED]],
        figures=_figures(facts, product, lines, anchor),
        reasons={reason: title for reason, title in titles.items() if reason in met},
        heads={USED: "used"} | onset_rules().heads,
        rules=onset_rules(),
    )


def _line(endpoint: Endpoint, counts: Sequence[Row], fits: dict[str, Row]) -> OnsetLine:
    read = sum(row["n"] for row in counts)
    return OnsetLine(endpoint, [Part(row["reason"], row["n"], 100 * row["n"] / read) for row in counts], fits)


def _sensitivity(endpoint: Endpoint, fits: dict[tuple[str, str], dict[str, Row]]) -> Sensitivity:
    asked = [item for item in onset_rules().sets if (endpoint.id, item.id) in fits]
    return Sensitivity(endpoint, [(item, fits[endpoint.id, item.id]["right_truncated"]) for item in asked])


def _figures(facts: ReportFacts, product: Product, lines: Sequence[OnsetLine], anchor: str) -> list[Figure]:
    """Endpoints with at least five usable dates, a few to a figure."""
    days: dict[str, list[Row]] = defaultdict(list)
    for row in facts.rows_of("onset_day", product.id):
        days[row["endpoint"]].append(row)
    panels = [
        (f"{line.endpoint.title}, {line.n_of[USED]} cases", _curves(line, days[line.endpoint.id]))
        for line in lines
        if line.n_of[USED] >= LEAST_DRAWN
    ]
    title = f"Days from infusion to the case's event date: {product.title}"
    chunks = [panels[start : start + PANELS] for start in range(0, len(panels), PANELS)]
    return [
        onset_chart(f"{anchor}-onset{place}", title, dict(chunk), _longest(chunk)) for place, chunk in enumerate(chunks)
    ]


def _longest(panels: Sequence[tuple[str, Curves]]) -> float:
    return max(float(x[-1]) for _, curves in panels for x, _ in curves.values())


def _curves(line: OnsetLine, rows: Sequence[Row]) -> Curves:
    """What is drawn of an endpoint, as days and shares: the cases as seen, both fits, and the reverse-time estimate."""
    times = [row["n_cases"] for row in rows]
    days, follow_up = (np.repeat([float(row[name]) for row in rows], times) for name in ("days", "follow_up_days"))
    longest = float(np.max(follow_up))
    seen, n_there = np.unique(days, return_counts=True)
    curves = {"seen": _steps(seen, np.cumsum(n_there) / days.size, longest)}
    reverse = reverse_time(days, follow_up)
    if line.fits["reverse_time"]["is_told"] and isinstance(reverse, ReverseTime):
        curves["reverse_time"] = _steps(reverse.time, reverse.share, longest)
    axis = np.expm1(np.linspace(0.0, np.log1p(longest), CURVE_POINTS))
    for method in ("naive", "right_truncated"):
        fit = line.fits[method]
        if fit["is_told"]:
            curves[method] = (axis, -np.expm1(-((axis / fit["scale_days"]) ** fit["shape"])))
    return curves


def _steps(days: Array, share: Array, longest: float) -> tuple[Array, Array]:
    """A step curve from nothing at day 0 to the longest follow-up."""
    return np.concatenate([[0.0], days, [longest]]), np.concatenate([[0.0], share, share[-1:]])

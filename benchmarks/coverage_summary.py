"""What all cohorts together say of each estimator: bias and coverage against the planted truth, and whether the claims hold."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import optimize, special

from benchmarks.coverage_draws import (
    INDICATION,
    MEDIAN,
    OTHER_INDICATION,
    RECURRENT,
    WINDOWS,
    Both,
    Counted,
    Said,
    label,
)
from pipeline.demo.chance import Floats
from pipeline.demo.cohorthazards import DAYS_PER_YEAR, Hazard, cumulative_incidence, event_free, survival
from pipeline.demo.cohortsettings import cohort_settings
from pipeline.demo.cohorttruth import course_of
from pipeline.study.poisson import Method, incidence_rate, rate_ratio

Figure = dict[str, Any]
NOMINAL = 0.95
MONTE_CARLO = 0.9997  # of one Monte-Carlo interval: some 150 are judged, and all together may err in 5 % (Bonferroni)
LEAST_EVENTS = 20.0  # from how many on an asymptotic interval is claimed to cover
METHODS: tuple[Method, ...] = ("garwood", "mid-p")
EXACT, ASYMPTOTIC, REPORTED = "exact", "asymptotic", "reported"
HELD, FAILED = "held", "failed"
KINDS = {"none": REPORTED, "clopper-pearson": EXACT}  # of intervals read off one cohort; the others are asymptotic
CELLS = 2_000  # of the trapezoid under the curve of survival
LATEST = 100.0  # years within which half have died in every indication


def rows_of_curves(said: Iterable[Said]) -> list[Figure]:
    """One row for each estimator, quantity, number of patients and time."""
    rows = []
    for (estimator, interval, quantity, n, years), each in _grouped(said):
        events, *sides = np.array([one[1:] for one in each], dtype=np.float64).T
        named = (estimator, interval, _timed(quantity, years), n, KINDS.get(interval, ASYMPTOTIC))
        rows.append(row(named, events, sides, curve_truth(quantity, years)))
    return rows


def _timed(quantity: str, years: float) -> str:
    """The quantity with its time, in days within the first year; alone where it is a time itself."""
    if not years:
        return quantity
    return f"{quantity}, {years:g} y" if years >= 1 else f"{quantity}, day {years * DAYS_PER_YEAR:.0f}"


def rows_of_counts(counted: Iterable[Counted]) -> list[Figure]:
    """One row for each way of bounding a count over what it is divided by, by quantity and number of patients."""
    rows = []
    for (what, quantity, n), each in _grouped(counted):
        events, per = np.array([one[1:] for one in each], dtype=np.float64).T
        told = per > 0
        for method in METHODS:
            sides = incidence_rate(events[told], per[told], 1.0, method)
            kind = REPORTED if what == "all events" else EXACT if method == "garwood" else ASYMPTOTIC
            estimator = "Observed over expected" if what == "second malignancies" else "Events per person-year"
            named = (estimator, method, f"{what}, {quantity}", n, kind)
            rows.append(row(named, events[told], sides, count_truth(what, quantity)))
    return rows


def rows_of_ratios(both: Iterable[Both]) -> list[Figure]:
    """One row for each ratio and number of patients; cohorts without any event have none, and are left out."""
    rows = []
    for (quantity, n), each in _grouped(both):
        told = [one for one in each if sum(one.events) and min(one.person_years) > 0]
        found = [rate_ratio(one.events[0], one.person_years[0], one.events[1], one.person_years[1])[:3] for one in told]
        events = np.array([sum(one.events) for one in told], dtype=np.float64)
        sides = np.array(found, dtype=np.float64).reshape(-1, 3).T
        rows.append(row(("Ratio of two", "exact", quantity, n, EXACT), events, sides, ratio_truth(quantity)))
    return rows


def row(named: tuple[str, str, str, int, str], events: Floats, sides: Sequence[Floats], truth: float) -> Figure:
    """Figures of one estimator of one quantity over all cohorts: an interval that does not exist does not cover.

    The mean and its bias are told of estimates that are all finite; else the median stands alone.
    """
    estimator, interval, quantity, n, kind = named
    estimate, low, high = sides
    expected = float(events.mean()) if events.size else 0.0
    told: Figure = {
        "estimator": estimator,
        "interval": interval,
        "quantity": quantity,
        "n": n,
        "kind": kind,
        "cohorts": int(estimate.size),
        "expected_events": rounded(expected),
        "truth": rounded(truth),
        "median": rounded(float(np.median(estimate))) if estimate.size else None,
        **bias_of(estimate, truth),
    }
    if interval == "none":
        return told | {"coverage": None, "verdict": REPORTED}
    covers = (low <= truth) & (truth <= high)  # a bound that does not exist covers nothing
    told["coverage"] = share(int(covers.sum()), covers.size)
    told["no_interval"] = rounded(float(np.mean(np.isnan(low) | np.isnan(high)))) if low.size else None
    return told | {"verdict": verdict(kind, expected, told["coverage"])}


def bias_of(estimate: Floats, truth: float) -> Figure:
    """Mean less truth with its Monte-Carlo interval; nothing where an estimate is infinite."""
    if estimate.size < 2 or not np.isfinite(estimate).all():
        return {"bias": None}
    reach = float(special.ndtri((1 + MONTE_CARLO) / 2)) * float(estimate.std(ddof=1)) / np.sqrt(estimate.size)
    bias = float(estimate.mean()) - truth
    return {"bias": {"value": rounded(bias), "low": rounded(bias - reach), "high": rounded(bias + reach)}}


def share(hits: int, of: int) -> Figure | None:
    """A share with Clopper and Pearson's Monte-Carlo interval; None of nothing."""
    tail = (1 - MONTE_CARLO) / 2
    low = float(special.betaincinv(hits, of - hits + 1, tail)) if hits else 0.0
    high = float(special.betaincinv(hits + 1, of - hits, 1 - tail)) if hits < of else 1.0
    return {"value": rounded(hits / of), "low": rounded(low), "high": rounded(high)} if of else None


def verdict(kind: str, expected_events: float, coverage: Figure | None) -> str:
    """Whether the claim holds: exact intervals cover no less than asked, asymptotic ones what was asked from 20 events on."""
    if coverage is None or kind == REPORTED or (kind == ASYMPTOTIC and expected_events < LEAST_EVENTS):
        return REPORTED
    holds = coverage["high"] >= NOMINAL and (kind == EXACT or coverage["low"] <= NOMINAL)
    return HELD if holds else FAILED


def holding(rows: Iterable[Figure], kind: str) -> bool:
    """Whether no judged interval of that kind fails."""
    return all(row["verdict"] != FAILED for row in rows if row["kind"] == kind)


def unbiased(rows: Iterable[Figure]) -> bool:
    """Whether each mean is the truth within Monte-Carlo error."""
    return all(row["bias"]["low"] <= 0 <= row["bias"]["high"] for row in rows)


def _grouped(found: Iterable[Any]) -> list[tuple[tuple[Any, ...], list[Any]]]:
    groups: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for one in found:
        groups[one.what].append(one)
    return list(groups.items())


@lru_cache(maxsize=256)
def curve_truth(quantity: str, years: float) -> float:
    """What a curve is at a time in the planted world; of a median, by when in years half have died."""
    if quantity.startswith(MEDIAN):
        return median_truth(quantity.split(", ")[1])
    settings = cohort_settings()
    relapse, death, after = course_of(settings, settings.indications.index(INDICATION))
    day = years * DAYS_PER_YEAR
    if quantity == "years alive":
        grid = np.linspace(0.0, day, CELLS + 1)
        return float(np.trapezoid(survival(relapse, death, after, grid, CELLS), grid)) / DAYS_PER_YEAR
    found = {
        "overall survival": lambda: survival(relapse, death, after, day),
        "overall survival, late entry": lambda: survival(relapse, death, after, day),
        "relapse-free survival": lambda: event_free([relapse, death], [day]),
        "relapse": lambda: cumulative_incidence([relapse, death], day),
        "death without relapse": lambda: cumulative_incidence([death, relapse], day),
    }
    return float(found[quantity]()[0])


def median_truth(indication: str) -> float:
    """Years until half of the patients with that indication have died in the planted world."""
    settings = cohort_settings()
    course = course_of(settings, settings.indications.index(indication))
    found = optimize.brentq(lambda years: float(survival(*course, years * DAYS_PER_YEAR)[0]) - 0.5, 1e-3, LATEST)
    return float(found)


def count_truth(what: str, quantity: str) -> float:
    """Events per person-year in a window, or how many times the background is planted."""
    if what == "second malignancies":
        return next(site.planted for site in cohort_settings().sites if site.id == quantity)
    return pace(quantity, INDICATION)


def pace(window: str, indication: str) -> float:
    """Events per person-year of a window, which is constant in it."""
    settings = cohort_settings()
    known = next(each for each in (*WINDOWS, RECURRENT) if label(each) == window)
    toxicity = next(each for each in settings.toxicities if each.id == known.toxicity)
    hazard: Hazard = toxicity.hazards[settings.indications.index(indication)]
    return float(hazard.at(np.array([known.first]))[0] * DAYS_PER_YEAR)


def ratio_truth(quantity: str) -> float:
    """Ratio of two paces: 1 for women and men."""
    sides, window = quantity.split(", ", 1)
    return 1.0 if sides.startswith("women") else pace(window, INDICATION) / pace(window, OTHER_INDICATION)


def rounded(value: float) -> float:
    """Five significant digits, so that the record stays readable."""
    return float(f"{value:.5g}")

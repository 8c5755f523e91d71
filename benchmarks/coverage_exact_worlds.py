"""Shares, excesses and standardised figures on counts drawn straight from stated rates: nothing but a count is random."""

from collections.abc import Iterator

import numpy as np

from benchmarks.coverage_draws import COUNT_SIZES
from benchmarks.coverage_summary import ASYMPTOTIC, EXACT, METHODS, Figure, row
from pipeline.demo.chance import Floats
from pipeline.study.binomial import share
from pipeline.study.excess import excess_rate
from pipeline.study.standardised import directly_standardised

SEED = 920_000
SHARE_SIZES = (10, 60, 250, 1000)
SHARES = (0.01, 0.1, 0.36, 0.9)
YEARS_EACH, PER = 5.0, 10_000.0
BACKGROUND = 0.005  # events expected of a person-year
TIMES = (1.0, 2.0)  # how many times the background
AGES = (0.13, 0.42, 0.33, 0.12)  # of the person-time, by age
PACES = (0.002, 0.006, 0.016, 0.040)  # events per person-year, by age
STANDARDS = {"own ages": AGES, "younger": (0.55, 0.30, 0.12, 0.03), "older": (0.05, 0.20, 0.35, 0.40)}


def drawn_rows(cohorts: int) -> list[Figure]:
    """One row for each estimator, world and number of patients."""
    return [*share_rows(cohorts), *excess_rows(cohorts), *standardised_rows(cohorts)]


def share_rows(cohorts: int) -> Iterator[Figure]:
    """Of so many patients, each has the event with the same chance."""
    for world, (n, truth) in enumerate((n, truth) for n in SHARE_SIZES for truth in SHARES):
        events = _chance("share", world).binomial(n, truth, cohorts)
        named = ("Share", "clopper-pearson", f"drawn, {truth:g}", n, EXACT)
        yield row(named, events.astype(np.float64), share(events, n), truth)


def excess_rows(cohorts: int) -> Iterator[Figure]:
    """Second malignancies beyond those expected, which are known; each patient is followed for the same time."""
    for world, (n, times) in enumerate((n, times) for n in COUNT_SIZES for times in TIMES):
        years = n * YEARS_EACH
        expected = BACKGROUND * years
        events = _chance("excess", world).poisson(times * expected, cohorts)
        for method in METHODS:
            quantity = f"drawn, {times:g} times the background, per {PER:g} person-years"
            named = ("Observed less expected", method, quantity, n, EXACT if method == "garwood" else ASYMPTOTIC)
            sides = excess_rate(events, expected, years, PER, method)
            yield row(named, events.astype(np.float64), sides, (times - 1.0) * BACKGROUND * PER)


def standardised_rows(cohorts: int) -> Iterator[Figure]:
    """Rates that rise steeply with age, as they would be at other ages."""
    for world, n in enumerate(COUNT_SIZES):
        time = n * YEARS_EACH * np.array(AGES)
        events = _chance("standardised", world).poisson(time * np.array(PACES), (cohorts, len(AGES)))
        for name, standard in STANDARDS.items():
            told = np.array([directly_standardised(each, time, standard)[1:] for each in events])
            named = ("Directly standardised", "fay-feuer", f"drawn, standard {name}", n, EXACT)
            truth = float(np.dot(standard, PACES) / np.sum(standard))
            yield row(named, _summed(events), tuple(told.T), truth)


def _summed(events: np.ndarray) -> Floats:
    return np.asarray(events.sum(axis=1), dtype=np.float64)


def _chance(what: str, world: int) -> np.random.Generator:
    """Draws of one world, which share none with another's."""
    return np.random.default_rng([SEED, *what.encode(), world])

"""Charts of a product's part of the events: what they spend, against every course of events there can be, one by one."""

import itertools

import numpy as np
import pytest
from scipy import stats

from pipeline.sequential.boundary import UNREACHABLE
from pipeline.sequential.cusum import Compared
from pipeline.sequential.designs import Counts, design

PLANNED = {"alpha": 0.05, "maximum_length": 4, "events_per_look": 3, "share": 0.3}
TOTALS = {
    "as planned": (3, 3, 3, 3),
    "more, fewer and none": (7, 0, 2, 4),
    "much before the plan began": (12, 3, 3),
    "a look was skipped": (3, 6, 3),
}
SHARES = (0.3, 0.5, 0.2, 0.4)


def charted(design_id, dispersion):
    return design(design_id, PLANNED | {"dispersion": dispersion}, "spontaneous")


def looks_of(parts, totals, shares):
    """Cumulative looks of a course: the product's part of the events of both at each."""
    product, both = np.cumsum(parts), np.cumsum(totals)
    return [
        Counts(int(a), compared=int(n - a), share=share) for a, n, share in zip(product, both, shares, strict=False)
    ]


def chance(events, share, dispersion):
    """Chances of 0 … events of the product."""
    k = np.arange(events + 1)
    if dispersion == 1.0 or events == 0:
        return stats.binom(events, share).pmf(k)
    return stats.betabinom(events, *(part * events / (dispersion - 1.0) for part in (share, 1.0 - share))).pmf(k)


@pytest.mark.parametrize("totals", TOTALS.values(), ids=TOTALS)
@pytest.mark.parametrize(("design_id", "dispersion"), [("cusum", 1.0), ("ewma", 1.0), ("cusum", 2.0)])
def test_what_is_spent_is_the_chance_of_every_course_that_alerts(design_id, dispersion, totals):
    made = charted(design_id, dispersion)
    laws = [chance(events, share, dispersion) for events, share in zip(totals, SHARES, strict=False)]
    alerted, spent = 0.0, set()
    for parts in itertools.product(*(range(events + 1) for events in totals)):
        looks = looks_of(parts, totals, SHARES)
        found = made.boundary(looks)
        spent.add(found.spent[-1])
        if any(look.observed >= least for look, least in zip(looks, found.least, strict=True)):
            alerted += float(np.prod([law[k] for law, k in zip(laws, parts, strict=True)]))
    (said,) = spent  # what is spent hangs on how many events there were, and on nobody's part of them
    assert alerted == pytest.approx(said, abs=1e-13)
    assert said <= 0.05


@pytest.mark.parametrize("design_id", ["cusum", "ewma"])
def test_alpha_is_kept_as_often_as_drawn_whatever_is_reported_altogether(design_id):
    """Both products' reports come in waves; the product's share, known, moves too."""
    rng, draws = np.random.default_rng(11), 20_000
    totals = rng.poisson(rng.gamma(0.7, 20.0, 20))
    shares = rng.uniform(0.1, 0.4, 20)
    given = {"alpha": 0.05, "maximum_length": 20, "events_per_look": 12.5, "share": 0.25}
    made = design(design_id, given, "spontaneous")
    looks = looks_of(np.zeros(20, dtype=int), totals, shares)
    limits, spent = made.limits(looks), made.boundary(looks).spent[-1]
    place, alerted = np.zeros(draws, dtype=np.int64), np.zeros(draws, dtype=bool)
    for events, share, limit in zip(totals.tolist(), shares.tolist(), limits, strict=True):
        place = made.planned.chart.moved(place, rng.binomial(events, share, draws), Compared(events, share))
        alerted |= place >= limit
    assert 0 < spent <= 0.05
    assert abs(alerted.mean() - spent) < 4 * np.sqrt(spent / draws)


def test_a_chart_that_takes_its_mean_from_the_comparator_would_spend_several_times_its_alpha():
    """Why a chart by a known mean refuses a comparator: here its mean is the comparator's count, of five events each look."""
    made = design("cusum", {"alpha": 0.05, "maximum_length": 20, "expected_per_look": 5}, "spontaneous")
    rng, draws = np.random.default_rng(12), 100
    alerts = 0
    for _ in range(draws):
        product, other = (np.cumsum(rng.poisson(5.0, 20)) for _ in range(2))
        looks = [Counts(int(a), expected=float(c)) for a, c in zip(product, other, strict=True)]
        least = made.boundary(looks).least
        alerts += any(look.observed >= count for look, count in zip(looks, least, strict=True) if count < UNREACHABLE)
    assert alerts / draws > 0.1

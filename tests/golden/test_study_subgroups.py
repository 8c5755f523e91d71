"""Subgroups drawn together: against sums over a fine grid, and against what must hold at the ends."""

import numpy as np
import pytest
from scipy import stats

from pipeline.study.poisson import incidence_rate
from pipeline.study.subgroups import PRIOR_SCALE, drawn_together


def by_sums(events, years, place):
    """Bounds and median of one subgroup's true incidence by sums over means, scatters and the incidence itself."""
    scatters = (np.arange(72) + 0.5) / 20.0
    means = np.geomspace(1e-2, 10, 90)
    values = np.geomspace(1e-4, 20, 700)
    total = np.zeros(values.size)
    for tau in scatters:
        shape = tau**-2.0
        others = np.ones(means.size)
        for at, (count, time) in enumerate(zip(events, years, strict=True)):
            if at != place:
                others = others * stats.nbinom.pmf(count, shape, shape / (shape + means * time))
        prior = np.exp(-(tau**2) / (2 * PRIOR_SCALE**2))
        seen = stats.poisson.pmf(events[place], values * years[place])[None, :]
        density = stats.gamma.pdf(values[None, :], shape, scale=(means / shape)[:, None])
        total += prior * (others[:, None] * density * seen).sum(axis=0) * values  # even in the logarithm
    share = (np.cumsum(total) - total / 2.0) / total.sum()
    return [float(np.interp(each, share, values)) for each in (0.5, 0.025, 0.975)]


@pytest.mark.parametrize("place", [0, 1])
def test_a_subgroup_has_the_bounds_of_sums_over_everything_unknown(place):
    events, years = [5, 1, 20], [10.0, 8.0, 30.0]
    found = drawn_together(events, years)
    drawn = [float(side[place]) for side in found[:3]]
    np.testing.assert_allclose(drawn, by_sums(events, years, place), rtol=0.01)


def test_with_many_events_a_subgroup_keeps_what_it_says():
    events, years = [4_000, 900, 2_500], [1_000.0, 900.0, 500.0]
    found, alone = drawn_together(events, years), incidence_rate(events, years)
    for side, other in zip(found[:3], alone, strict=True):
        np.testing.assert_allclose(side, other, rtol=0.01)
    assert found.scatter[1] > 0.2
    assert drawn_together([500, 505, 495], [100.0] * 3).scatter[0] < 0.1


def test_a_subgroup_hardly_followed_has_about_the_incidence_of_the_others():
    found = drawn_together([30, 0, 34], [100.0, 0.01, 100.0])
    assert found.estimate[1] == pytest.approx(0.32, rel=0.1)
    assert found.high[1] - found.low[1] > 2 * (found.high[0] - found.low[0])


def test_the_unit_of_time_and_the_order_of_subgroups_change_nothing_else():
    one, other = drawn_together([3, 9, 0], [30.0, 40.0, 20.0]), drawn_together([0, 3, 9], [20e3, 30e3, 40e3])
    np.testing.assert_allclose(one.estimate, 1e3 * other.estimate[[1, 2, 0]], rtol=1e-6)
    assert one.scatter == pytest.approx(other.scatter, rel=1e-9)
    assert one.scatter[1] < one.scatter[0] < one.scatter[2]


@pytest.mark.parametrize(
    ("events", "years", "said"),
    [
        ([3], [1.0], "Fewer than 2"),
        ([0, 0], [1.0, 2.0], "Nobody had the event"),
        ([1, 2], [1.0, 0.0], "person-time above 0"),
        ([3, -2], [1.0, 1.0], "person-time above 0"),
    ],
)
def test_what_cannot_be_drawn_together_is_refused(events, years, said):
    with pytest.raises(ValueError, match=said):
        drawn_together(events, years)

"""The benchmark of events that come back: its two worlds, what it counts, and what it claims."""

import numpy as np
import pytest

from benchmarks.coverage_draws import cohort_of, label
from benchmarks.coverage_recurrent import (
    CLUSTERED,
    INDEPENDENT,
    ROBUST,
    WINDOWS,
    Counted,
    claims,
    counted,
    pace,
    rows_of,
    world,
)
from benchmarks.coverage_summary import FAILED, HELD, REPORTED


def test_the_worlds_differ_in_how_events_cluster_and_not_in_their_pace():
    cohort = cohort_of(3, n=1000)
    found = {(one.what[0], one.what[1]): one for one in counted(cohort, (1000,))}
    for window in WINDOWS:
        clustered, independent = (found[name, label(window)] for name in (CLUSTERED, INDEPENDENT))
        assert clustered.person_years == independent.person_years
        for one in (clustered, independent):
            assert one.n_events / one.person_years == pytest.approx(pace(window), rel=0.2)
        assert np.log(clustered.high / clustered.low) > np.log(independent.high / independent.low)
    assert world(CLUSTERED).frailty_variance > 0.5 > world(INDEPENDENT).frailty_variance


def test_too_few_patients_with_an_event_have_no_robust_interval():
    few = [one for one in counted(cohort_of(3, n=20), (3,)) if one.n_events < 3 and one.person_years > 0]
    assert few
    assert all(np.isnan(one.low) and np.isnan(one.high) and not np.isnan(one.estimate) for one in few)


def told(low, high, n=40, events=30.0, name=CLUSTERED):
    window = label(WINDOWS[1])
    return [Counted((name, window, 60), events, events / pace(WINDOWS[1]), pace(WINDOWS[1]), low, high)] * n


@pytest.mark.parametrize(
    ("found", "coverage", "no_interval", "verdict"),
    [
        (told(0.5, 1.5), 1.0, 0.0, HELD),
        (told(0.5, 1.5) + told(np.nan, np.nan, 10), 1.0, 0.2, HELD),
        (told(1.0, 1.5), 0.0, 0.0, FAILED),
        (told(1.0, 1.5, events=19.0), 0.0, 0.0, REPORTED),
    ],
)
def test_a_robust_interval_is_judged_where_it_is_told_and_may_cover_more_than_asked(
    found, coverage, no_interval, verdict
):
    (row,) = [row for row in rows_of(found) if row["interval"] == ROBUST]
    assert (row["coverage"]["value"], row["no_interval"], row["verdict"]) == (coverage, no_interval, verdict)


def test_a_claim_of_nothing_that_was_judged_does_not_hold():
    assert set(claims([]).values()) == {False}
    assert not claims(rows_of(told(1.0, 1.5)))[
        "robust intervals of clustered events cover no less than asked from 20 events on"
    ]

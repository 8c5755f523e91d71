"""Robust bounds of a rate of events that come back, worked out by hand."""

import numpy as np
import pytest

from pipeline.study.clustered import clustered_rate

ALL = np.ones((1, 4))
EVENTS, TIME = np.array([[2], [0], [1], [3]]), np.ones((4, 1))


def test_four_persons_followed_for_a_year_each():
    """6 events in 4 years. Residuals 0.5, -1.5, -0.5, 1.5, squares 5; 5 / 36 * 3 / 2 = 0.208333; t of 2 degrees 4.302653."""
    found = clustered_rate(EVENTS, TIME, ALL, 100.0)
    reach = 4.302652729911275 * np.sqrt(5 / 36 * 3 / 2)
    assert found.estimate[0, 0] == pytest.approx(150.0)
    assert [found.low[0, 0], found.high[0, 0]] == pytest.approx([150 * np.exp(-reach), 150 * np.exp(reach)])
    assert [round(found.low[0, 0], 2), round(found.high[0, 0], 1)] == [21.05, 1069.0]
    assert found.persons[0, 0] == 3


def test_groups_and_parts_of_unequal_time():
    """Second group: 1 event in 2 years and 3 in 4, rate 4/6; residuals -1/3 and 1/3, squares 2/9; 2/9 / 16 * 2 / 1."""
    events = np.array([[1, 0], [3, 0], [5, 1]])
    time = np.array([[2.0, 0.0], [4.0, 1.0], [1.0, 1.0]])
    found = clustered_rate(events, time, np.array([[0, 0, 1], [1, 1, 0]]))
    reach = 12.706204736174694 * np.sqrt(2 / 9 / 16 * 2)
    assert found.estimate[1, 0] == pytest.approx(2 / 3)
    assert found.high[1, 0] == pytest.approx(2 / 3 * np.exp(reach))
    assert found.low[1, 0] == pytest.approx(2 / 3 * np.exp(-reach))
    assert found.persons.tolist() == [[1, 1], [2, 0]]
    assert np.isnan(found.low[0]).all()
    assert np.isnan(found.high[1, 1])
    assert found.estimate[1, 1] == 0.0


def test_twice_everybodys_events_and_the_unit_of_time_move_the_rate_and_not_the_spread():
    one, other = (clustered_rate(EVENTS * k, TIME / k, ALL, 1.0) for k in (1, 3))
    assert other.estimate / one.estimate == pytest.approx(9.0)
    assert other.high / one.high == pytest.approx(9.0)


def test_events_of_one_patient_are_one_patient():
    """The same counts spread evenly show no spread, which is not one of 0; heaped on two, wide bounds."""
    even, heaped = (clustered_rate(np.array(side)[:, None], TIME, ALL) for side in ([2, 2, 2, 2], [7, 1, 0, 0]))
    assert even.estimate == heaped.estimate
    assert np.isnan([even.low[0, 0], even.high[0, 0]]).all()
    assert heaped.high[0, 0] > 10 * heaped.estimate[0, 0]


def test_an_event_without_time_is_refused():
    with pytest.raises(ValueError, match="without person-time"):
        clustered_rate([[1]], [[0.0]], [[1]])

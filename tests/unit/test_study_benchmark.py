"""The benchmark of the follow-up study measures what it says."""

import pytest

from benchmarks.study import ARRAYS, BOUNDS, ESTIMATORS, SIZES, _work, one_size, slope


def test_the_slope_is_the_power_by_which_time_grows():
    assert slope(SIZES, [size * 2.0 for size in SIZES]) == 1.0
    assert slope(ARRAYS, [size**2 / 7 for size in ARRAYS]) == 2.0
    assert BOUNDS == {"seconds": 60.0, "slope": 1.1}
    assert SIZES[-1] == 25_000


def test_a_size_is_the_whole_study_with_both_references():
    found = one_size(150)
    assert found["patients"] == 150
    assert found["events"] > 150
    assert found["rows"] > 5_000
    assert found["curve_points"] > 0
    assert found["cpu_seconds"] > 0


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_named_is_run(name):
    assert _work(name, 300)() is not None

"""The information component of everything received so far."""

import numpy as np
import pytest

from pipeline.signals.cumulative import NEVER, cumulative_component, first_above_zero


def test_the_last_quarter_is_the_score_of_all_cases_together():
    cells = [
        np.array([[1, 0, 4, 6]]),
        np.array([[9, 12, 10, 8]]),
        np.array([[2, 3, 1, 0]]),
        np.array([[90, 80, 99, 70]]),
    ]
    found = cumulative_component(*cells)
    assert (found.a[0, -1], found.b[0, -1], found.c[0, -1], found.d[0, -1]) == (11, 39, 6, 339)
    assert found.ic[0, -1] == pytest.approx(np.log2(11.5 / (50 * 17 / 395 + 0.5)))
    assert found.low[0, -1] < found.ic[0, -1] < found.high[0, -1]


def test_the_first_quarter_above_zero_is_found_for_each_series():
    low = np.array([[-1.0, 0.0, 0.1, -0.2], [-1, -1, -1, -1], [np.nan, 2, 2, 2]])
    assert list(first_above_zero(low)) == [2, NEVER, 1]


@pytest.mark.parametrize(("cells", "said"), [([1.0], "series by quarters"), ([[-1.0]], r"a\[0\] is -1")])
def test_cells_that_cannot_be_are_an_error(cells, said):
    with pytest.raises(ValueError, match=said):
        cumulative_component(cells, cells, cells, cells)

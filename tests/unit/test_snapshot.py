"""What a data-lock point covers, and what must be said where the lake has gaps."""

import pytest

from pipeline.errors import NothingThere
from pipeline.lake.snapshot import data_lock_point, quarters_not_held


class Held:
    """A lake of which only the quarters matter."""

    root = "here"

    def __init__(self, *quarters):
        self.quarters = list(quarters)

    def partitions(self, name):
        assert name == "report_version"
        return self.quarters


@pytest.mark.parametrize(
    ("held", "as_of", "lacking"),
    [
        (("2023Q1", "2023Q2"), "2023Q2", None),
        (("2023Q1", "2023Q3"), "2023Q3", "2023Q2"),
        (("2022Q4", "2023Q4"), "2024Q1", "2023Q1 to 2023Q3, 2024Q1"),
        (("2023Q1", "2024Q4"), "2023Q1", None),
        ((), "2023Q1", None),
    ],
)
def test_quarters_published_by_then_that_are_not_held_are_named(held, as_of, lacking):
    assert quarters_not_held(Held(*held), as_of) == lacking


def test_the_newest_quarter_is_the_default():
    assert data_lock_point(Held("2023Q1", "2023Q2"), None) == "2023Q2"


def test_a_point_before_anything_was_published_is_refused():
    with pytest.raises(NothingThere, match=r"nothing published by 2022Q4; its quarters are 2023Q1 to 2023Q2"):
        data_lock_point(Held("2023Q1", "2023Q2"), "2022Q4")


def test_an_empty_lake_has_no_data_lock_point():
    with pytest.raises(NothingThere, match="holds no quarter"):
        data_lock_point(Held(), None)

"""Arithmetic of quarters: names and numbers, the quarter of a day, the day a quarter ends."""

import datetime as dt

import pytest

from pipeline.contract.quarter import end_of_quarter, number_of_day, quarter_name, quarter_number


@pytest.mark.parametrize(
    ("first", "last", "name"),
    [
        ("2023-01-01", "2023-03-31", "2023Q1"),
        ("2024-04-01", "2024-06-30", "2024Q2"),
        ("2023-10-01", "2023-12-31", "2023Q4"),
    ],
)
def test_a_quarter_holds_its_days_from_the_first_to_the_last(first, last, name):
    days = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    assert [quarter_name(number_of_day(day)) for day in days] == [name, name]
    assert end_of_quarter(quarter_number(name)) == days[1]


def test_neighbours_differ_by_one_over_the_turn_of_the_year():
    assert quarter_number("2024Q1") - quarter_number("2023Q4") == 1

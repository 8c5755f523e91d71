"""Arithmetic of quarters, written as 2024Q1."""

import datetime as dt

QUARTERS_IN_YEAR, MONTHS_IN_QUARTER = 4, 3


def quarter_number(quarter: str) -> int:
    """Quarters since year 0: neighbours differ by one."""
    return int(quarter[:4]) * QUARTERS_IN_YEAR + int(quarter[-1]) - 1


def quarter_name(number: int) -> str:
    """The quarter with that number."""
    return f"{number // QUARTERS_IN_YEAR}Q{number % QUARTERS_IN_YEAR + 1}"


def number_of_day(day: dt.date) -> int:
    """The number of the quarter in which a day lies."""
    return day.year * QUARTERS_IN_YEAR + (day.month - 1) // MONTHS_IN_QUARTER


def end_of_quarter(number: int) -> dt.date:
    """The last day of the quarter with that number."""
    year, place = divmod(number + 1, QUARTERS_IN_YEAR)
    return dt.date(year, place * MONTHS_IN_QUARTER + 1, 1) - dt.timedelta(days=1)

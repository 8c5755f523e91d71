"""FDA's quarters of publication: their order, whether one can be there yet, and what its archive is called."""

import datetime as dt

from pipeline.contract.quarter import quarter_name, quarter_number
from pipeline.errors import UsageError
from pipeline.intake.archive import parsed_quarter
from pipeline.intake.layout import era

FIRST_QUARTER = "2004Q1"
MONTHS_IN_QUARTER = 3


def archive_names(quarter: str) -> tuple[str, str]:
    """The file name FDA usually gives a quarter, then the same with a capital Q, as 16 of 81 are spelt."""
    system, year, number = era(quarter), quarter[:4], quarter[-1]
    return f"{system}_ascii_{year}q{number}.zip", f"{system}_ascii_{year}Q{number}.zip"


def quarter_of_day(day: dt.date) -> str:
    """The quarter in which a day lies."""
    return f"{day.year}Q{(day.month - 1) // MONTHS_IN_QUARTER + 1}"


def quarters_between(first: str, last: str) -> list[str]:
    """Every quarter from first to last; UsageError when last comes before first."""
    begin, end = quarter_number(parsed_quarter(first)), quarter_number(parsed_quarter(last))
    if end < begin:
        raise UsageError(f"{last} is before {first}: give the earlier quarter first.")
    return [quarter_name(at) for at in range(begin, end + 1)]


def refuse_impossible(quarter: str, today: dt.date) -> None:
    """UsageError for a quarter that FDA cannot have published: before 2004Q1, or not ended by today."""
    if quarter < FIRST_QUARTER:
        raise UsageError(f"{quarter} is before FDA's first quarterly files, {FIRST_QUARTER}: ask for a later quarter.")
    if quarter >= quarter_of_day(today):
        raise UsageError(f"{quarter} has not ended on {today}: FDA publishes a quarter about a month after its end.")

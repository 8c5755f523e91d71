"""What published dates, ages and weights mean."""

import datetime as dt

import pytest
from tables import rows_of

from pipeline.intake.readings import (
    age_readings,
    date_readings,
    quarter_end,
    read_age,
    read_date,
    read_weight,
    weight_readings,
)

DATES = """
text     | date       | precision | reason
20230615 | 2023-06-15 | day       | -
20240229 | 2024-02-29 | day       | -
20230229 | -          | -         | impossible date
20231301 | -          | -         | impossible date
20230600 | -          | -         | impossible date
00010101 | -          | day       | before 1920
19000101 | -          | day       | before 1920
91990201 | -          | day       | after the quarter that published it
20240401 | -          | day       | after the quarter that published it
20240331 | 2024-03-31 | day       | -
201507   | -          | month     | only the month is known
201513   | -          | -         | impossible date
2003     | -          | year      | only the year is known
0000     | -          | -         | impossible date
2003061  | -          | -         | not a date
junk     | -          | -         | not a date
２０２３  | -          | -         | not a date
"""
AGES = """
number | unit | years | reason
42     | YR   | 42    | -
4      | DEC  | 40    | -
18     | MON  | 1.5   | -
0      | YR   | 0     | -
8766   | HR   | 1     | -
163/6  | YR   | -     | not a number
130    | YR   | -     | outside 0 to 125 years
-1     | YR   | -     | outside 0 to 125 years
42     | -    | -     | no unit
42     | XX   | -     | unknown unit
nan    | YR   | -     | outside 0 to 125 years
"""
WEIGHTS = """
number | unit | kg      | reason
70     | KG   | 70      | -
152    | LBS  | 68.946  | -
3500   | GMS  | 3.5     | -
0      | KG   | -       | zero
900    | KG   | -       | outside 0 to 650 kg
"""


@pytest.mark.parametrize("row", rows_of(DATES), ids=lambda row: row["text"])
def test_a_date_text(row):
    found = read_date(row["text"], quarter_end("2024Q1"))
    date = dt.date.fromisoformat(row["date"]) if row["date"] else None
    assert found == (date, row["precision"], row["reason"])


@pytest.mark.parametrize("row", rows_of(AGES), ids=lambda row: f"{row['number']} {row['unit']}")
def test_an_age(row):
    found = read_age(row["number"], row["unit"])
    assert found.reason == row["reason"]
    assert found.value == (pytest.approx(float(row["years"])) if row["years"] else None)


@pytest.mark.parametrize("row", rows_of(WEIGHTS), ids=lambda row: f"{row['number']} {row['unit']}")
def test_a_weight(row):
    found = read_weight(row["number"], row["unit"])
    assert found.reason == row["reason"]
    assert found.value == (pytest.approx(float(row["kg"]), abs=1e-3) if row["kg"] else None)


def test_readings_of_nothing_are_empty_tables():
    assert date_readings([], "2024Q1").num_rows == age_readings([]).num_rows == weight_readings([]).num_rows == 0


def test_a_quarter_ends_on_its_last_day():
    assert [quarter_end(f"2024Q{n}").isoformat() for n in (1, 2, 3, 4)] == [
        "2024-03-31",
        "2024-06-30",
        "2024-09-30",
        "2024-12-31",
    ]

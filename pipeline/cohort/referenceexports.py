"""Headers of the reference files that are understood: the stated format, SEER*Stat's export and IARC's."""

import re
from collections.abc import Sequence

from pipeline.errors import LayoutChanged

Lines = list[dict[str, str]]
STATED = ("site", "sex", "age_low", "age_high", "year_low", "year_high", "cases", "person_years")
SEER_COLUMNS = ("Site recode", "Sex", "Age recode", "Year of diagnosis", "Count", "Population")
IARC_COLUMNS = ("SEX", "CANCER", "AGE", "CASES", "PY")
IARC_WIDTH = 5
IARC_LAST_AGE = 18
OLDEST = 130


def stated_rows(name: str, header: Sequence[str], body: Sequence[Sequence[str]]) -> Lines:
    """The lines of a file in the stated format, whichever of the three it came in; LayoutChanged for any other header."""
    columns = [column.strip().strip('"') for column in header]
    for at, row in enumerate(body, 2):
        if len(row) != len(columns):
            raise LayoutChanged(
                f"{name}, line {at}, has {len(row)} fields for {len(columns)} columns: export it again."
            )
    lines = [dict(zip(columns, (cell.strip() for cell in row), strict=True)) for row in body]
    if set(STATED) <= set(columns):
        return lines
    if found := _named(columns, SEER_COLUMNS):
        return [line for row in lines if (line := _seer(name, row, found))]
    if found := _named([column.upper() for column in columns], IARC_COLUMNS):
        upper = [{key.upper(): value for key, value in row.items()} for row in lines]
        return [line for row in upper if (line := _iarc(row))]
    raise LayoutChanged(
        f"{name} has the columns {', '.join(columns)}: give {', '.join(STATED)}, multiple_primary_rule and source, or an "
        f"export of SEER*Stat ({', '.join(SEER_COLUMNS)}) or of IARC ({', '.join(IARC_COLUMNS)}, YEAR_LOW, YEAR_HIGH)."
    )


def _named(columns: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """The column of the file that begins with each name wanted; empty where one lacks."""
    found = {want: next((column for column in columns if column.startswith(want)), None) for want in wanted}
    return {want: column for want, column in found.items() if column} if all(found.values()) else {}


def _seer(name: str, row: dict[str, str], columns: dict[str, str]) -> dict[str, str] | None:
    """A line of a SEER*Stat rate session exported as CSV with labels; totals over sexes, ages or years are passed over.

    SEER counts each further primary of a person. Sites become lower case with underscores.
    """
    sex = {"Female": "F", "Male": "M", "F": "F", "M": "M"}.get(row[columns["Sex"]])
    age, year = _ages(row[columns["Age recode"]]), row[columns["Year of diagnosis"]]
    years = re.fullmatch(r"(\d{4})(?:-(\d{4}))?", year)
    if sex is None or age is None or years is None:
        return None
    return {
        "site": re.sub(r"[^a-z0-9]+", "_", row[columns["Site recode"]].lower()).strip("_"),
        "sex": sex,
        "age_low": str(age[0]),
        "age_high": str(age[1]),
        "year_low": years[1],
        "year_high": years[2] or years[1],
        "cases": row[columns["Count"]].replace(",", ""),
        "person_years": row[columns["Population"]].replace(",", ""),
        "multiple_primary_rule": row.get("multiple_primary_rule", "seer"),
        "source": row.get("source", f"SEER*Stat export {name}"),
    }


def _ages(label: str) -> tuple[int, int] | None:
    """First and last year of a label as 00 years, 01-04 years or 85+ years; None for a total or an unknown age."""
    found = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3})|(\+))?(?: years?)?", label.strip())
    if not found:
        return None
    low = int(found[1])
    return low, int(found[2]) if found[2] else OLDEST if found[3] else low


def _iarc(row: dict[str, str]) -> dict[str, str] | None:
    """A line of Cancer Incidence in Five Continents: sex 1 or 2, cancer's code, age group 1 to 18 of five years, counts.

    IARC counts first primaries of a site. Age group 19 is unknown age and has no person-years: passed over.
    """
    age = int(row["AGE"]) if row["AGE"].isdigit() else 0
    if not 1 <= age <= IARC_LAST_AGE:
        return None
    low = (age - 1) * IARC_WIDTH
    return {
        "site": row["CANCER"].lower(),
        "sex": {"1": "M", "2": "F"}.get(row["SEX"], row["SEX"]),
        "age_low": str(low),
        "age_high": str(OLDEST if age == IARC_LAST_AGE else low + IARC_WIDTH - 1),
        "year_low": row.get("YEAR_LOW", ""),
        "year_high": row.get("YEAR_HIGH", ""),
        "cases": row["CASES"],
        "person_years": row["PY"],
        "multiple_primary_rule": row.get("MULTIPLE_PRIMARY_RULE", "first_primary"),
        "source": row.get("SOURCE", "IARC, CI5"),
    }

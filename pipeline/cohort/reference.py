"""Reference numbers of cancers in a population, by site, sex, age and calendar year, from a file in the stated format."""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.cohort.referenceexports import stated_rows
from pipeline.errors import InputRefused
from pipeline.study.followed import Array, Counts

COLUMNS = (
    "site",
    "sex",
    "age_low",
    "age_high",
    "year_low",
    "year_high",
    "cases",
    "person_years",
    "multiple_primary_rule",
    "source",
)
FIRST_PRIMARY, SEER = "first_primary", "seer"
RULES = (FIRST_PRIMARY, SEER)
SEXES = ("F", "M")
LARGEST_BYTES = 200_000_000
OLDEST = 130


@dataclass(frozen=True, slots=True)
class Reference:
    """Cases per person-year in a grid of cells.

    level: shape (sites, sexes, ages, years), NaN in a cell the file does not hold. ages, years: lower ends of the cells,
    ascending, with the end of the last one behind it; between two cells of the file there may be a gap, which is a cell
    of NaN. rule: how the file counts further primaries of one person, first_primary or seer.
    """

    sites: tuple[str, ...]
    ages: Array
    years: Array
    level: Array
    rule: str
    source: str


def read_reference(path: Path) -> Reference:
    """The reference of a CSV file; InputRefused says which line cannot be used and why.

    One line a cell: site, sex (F or M), age_low to age_high and year_low to year_high, both ends included, in whole years,
    cases, person_years, multiple_primary_rule (first_primary or seer) and source. Exports of SEER*Stat and of IARC's
    Cancer Incidence in Five Continents are recognised by their header. All lines of a file follow one rule; no two cells
    of a site overlap.
    """
    if path.stat().st_size > LARGEST_BYTES:
        raise InputRefused(f"{path.name} is larger than {LARGEST_BYTES:,} bytes: give one reference a file.")
    lines = _lines(path)
    rules = sorted({line["multiple_primary_rule"] for line in lines})
    if len(rules) != 1 or rules[0] not in RULES:
        raise InputRefused(
            f"{path.name} counts multiple primaries by {' and '.join(rules)}: give a file under one rule, "
            f"{' or '.join(RULES)}."
        )
    sources = "; ".join(sorted({line["source"] for line in lines}))
    return _grid(path, lines, rules[0], sources)


def _lines(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(line for line in stream if not line.startswith("#")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputRefused(f"{path.name} is no CSV in UTF-8 ({error}): export it again as such.") from None
    if len(rows) < 2:  # noqa: PLR2004 -- a header and a line
        raise InputRefused(f"{path.name} holds no cell: give at least one line after the header.")
    lines = stated_rows(path.name, rows[0], rows[1:])
    for number, line in enumerate(lines, 2):
        missing = [name for name in COLUMNS if not str(line.get(name) or "").strip()]
        if missing:
            raise InputRefused(f"{path.name}, line {number}, has no {', '.join(missing)}: fill every column.")
    return lines


def _grid(path: Path, lines: list[dict[str, str]], rule: str, source: str) -> Reference:
    whole = {name: _whole(path, lines, name) for name in ("age_low", "age_high", "year_low", "year_high")}
    cases, years = _counts(path, lines)
    ages = _edges(path, "age", whole["age_low"], whole["age_high"])
    calendar = _edges(path, "year", whole["year_low"], whole["year_high"])
    sites = tuple(sorted({line["site"].strip() for line in lines}))
    level = np.full((len(sites), len(SEXES), ages.size - 1, calendar.size - 1), np.nan)
    for at, line in enumerate(lines):
        if line["sex"] not in SEXES:
            raise InputRefused(f"{path.name}, line {at + 2}, has sex {line['sex']!r}: give F or M.")
        rows = slice(*np.searchsorted(ages, [whole["age_low"][at], whole["age_high"][at] + 1.0]))
        columns = slice(*np.searchsorted(calendar, [whole["year_low"][at], whole["year_high"][at] + 1.0]))
        cell = level[sites.index(line["site"].strip()), SEXES.index(line["sex"]), rows, columns]
        if np.isfinite(cell).any():
            raise InputRefused(f"{path.name}, line {at + 2}, overlaps an earlier line of its site and sex: keep one.")
        cell[...] = cases[at] / years[at]
    return Reference(sites, ages, calendar, level, rule, source)


def _edges(path: Path, scale: str, low: Counts, high: Counts) -> Array:
    if np.any(high < low):
        at = int(np.flatnonzero(high < low)[0])
        raise InputRefused(f"{path.name}, line {at + 2}, has {scale}_high under {scale}_low: put them right.")
    return np.unique(np.concatenate([low, high + 1]).astype(np.float64))


def _whole(path: Path, lines: Sequence[dict[str, str]], name: str) -> Counts:
    for at, line in enumerate(lines):
        if not re.fullmatch(r"\s*\d{1,4}\s*", line[name]):
            raise InputRefused(f"{path.name}, line {at + 2}, has {name} {line[name]!r}: give a whole number of years.")
    return np.array([int(line[name]) for line in lines], dtype=np.int64)


def _counts(path: Path, lines: Sequence[dict[str, str]]) -> tuple[Array, Array]:
    found = []
    for at, line in enumerate(lines):
        try:
            cases, years = float(line["cases"]), float(line["person_years"])
        except ValueError:
            raise InputRefused(f"{path.name}, line {at + 2}, has no numbers of cases and person_years.") from None
        if not (np.isfinite([cases, years]).all() and years > 0 and cases >= 0):
            raise InputRefused(f"{path.name}, line {at + 2}, needs person_years above 0 and cases of at least 0.")
        found.append((cases, years))
    cases_of, years_of = zip(*found, strict=True)
    return np.array(cases_of), np.array(years_of)


def refuse_other_rule(reference: Reference, other: Reference) -> None:
    """InputRefused where two references count multiple primaries by different rules: their ratio would mean nothing."""
    if reference.rule != other.rule:
        raise InputRefused(
            f"The population's reference ({reference.source}) counts multiple primaries by {reference.rule}, the survivors' "
            f"({other.source}) by {other.rule}: give both under one rule."
        )

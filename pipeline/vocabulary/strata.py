"""By what a comparison is stratified and within which subgroups it is repeated: variables, their levels, their version."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipeline.errors import CartwatchError
from pipeline.vocabulary.countries import country_names
from pipeline.vocabulary.diseasegroups import disease_groups, indications_of
from pipeline.vocabulary.files import refuse_duplicates, yaml_file
from pipeline.vocabulary.formernames import former_names

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "strata.yaml"
VERSION_DIGITS = 12
WITHOUT_REGION = frozenset({"AQ"})


@dataclass(frozen=True, slots=True)
class Variable:
    """Something that each case has one level of, or none where its report does not tell.

    strata: Mantel–Haenszel goes over its levels, and EBGM has a prior of its own over expected counts stratified by it, against
    all other reports. subgroups: each level is a comparison of its own.
    """

    id: str
    title: str
    short: str
    strata: bool
    subgroups: bool

    @property
    def version(self) -> str:
        """Twelve hex digits that change whenever which case has which level changes, words left aside."""
        return _version(self.id)


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a variable: its id, as in the tables, and what a report calls it where there is room and where there is little."""

    variable: str
    id: str
    title: str
    short: str


@dataclass(frozen=True, slots=True)
class AgeInterval:
    """Ages from_years <= age < below_years (None without an end) that no band and no population tells apart.

    populations: the disease groups of each population of that age with the population's id, in the order in which a case is
    asked whether it fits.
    """

    number: int
    from_years: float
    below_years: float | None
    age_band: str
    populations: tuple[tuple[str, str], ...]


@cache
def variables() -> tuple[Variable, ...]:
    """Every variable, in the order of strata.yaml."""
    entries = yaml_file(FILE)["variables"]
    refuse_duplicates(f"{FILE}, variables", [entry["id"] for entry in entries])
    return tuple(Variable(**entry) for entry in entries)


@cache
def levels() -> tuple[Level, ...]:
    """Every level in the order of strata.yaml; years of receipt are whatever years there are and are not listed."""
    listed = {"age_band": "age_bands", "sex": "sexes", "region": "regions", "population": "populations"}
    found = tuple(
        Level(variable, str(entry["id"]), entry["title"], entry.get("short", entry["title"]))
        for variable, key in listed.items()
        for entry in _entries(key)
    )
    refuse_duplicates(f"{FILE}, levels", [f"{level.variable} {level.id}" for level in found])
    return found


def level_number(level: Level) -> int:
    """The level's number among those of its variable: its place from 1, or the year itself; 0 is what a report does not tell."""
    listed = levels_of(level.variable)
    return listed.index(level) + 1 if listed else int(level.id)


def levels_of(variable: str) -> tuple[Level, ...]:
    """The listed levels of a variable, in the order of their numbers; none of the year of receipt."""
    return tuple(level for level in levels() if level.variable == variable)


@cache
def age_intervals() -> tuple[AgeInterval, ...]:
    """Ages cut wherever a band or a population begins or ends; CartwatchError where no band, or two, hold an interval."""
    bands, populations = _entries("age_bands"), _entries("populations")
    ends = [
        float(entry[key]) for entry in (*bands, *populations) for key in ("from_years", "below_years") if key in entry
    ]
    cuts = sorted(set(ends))
    found = []
    for number, (low, high) in enumerate(zip(cuts, [*cuts[1:], None], strict=True), 1):
        inside = [entry["id"] for entry in bands if _holds(entry, low)]
        if len(inside) != 1:
            raise CartwatchError(f"{FILE}: age {low:g} is in {len(inside)} age bands; give each age one band")
        fitting = [
            (group, entry["id"]) for entry in populations if _holds(entry, low) for group in entry["disease_groups"]
        ]
        found.append(AgeInterval(number, low, high, inside[0], tuple(fitting)))
    return tuple(found)


@cache
def country_regions() -> tuple[tuple[str, str], ...]:
    """Each country code with its region; CartwatchError for one that is unknown, in two regions or in none."""
    pairs = [(str(code), region["id"]) for region in _entries("regions") for code in region["codes"]]
    refuse_duplicates(f"{FILE}, the codes of regions", [code for code, _ in pairs])
    known = {country.code for country in country_names() if country.code} - WITHOUT_REGION
    if apart := sorted(known ^ {code for code, _ in pairs}):
        raise CartwatchError(f"{FILE} and countries.csv differ in {', '.join(apart)}; give each country one region")
    return tuple(sorted(pairs))


def strata_tables() -> "dict[str, pa.Table]":
    """What SQL joins, levels as numbers: age intervals, populations by interval and disease group, sexes, regions of countries."""
    import pyarrow as pa  # noqa: PLC0415 - the command line's help must not wait for it

    bits = {group.id: 1 << place for place, group in enumerate(disease_groups())}
    number = {(level.variable, level.id): level_number(level) for level in levels()}
    intervals = age_intervals()
    shapes: dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]] = {
        "age_interval": (
            {"age_id": "int64", "from_years": "float64", "below_years": "float64", "age_band": "int64"},
            [(i.number, i.from_years, i.below_years, number["age_band", i.age_band]) for i in intervals],
        ),
        "population": (
            {"age_id": "int64", "bit": "int64", "population": "int64"},
            [(i.number, bits[group], number["population", name]) for i in intervals for group, name in i.populations],
        ),
        "sex": (
            {"code": "string", "sex": "int64"},
            [(entry["code"], number["sex", entry["id"]]) for entry in _entries("sexes")],
        ),
        "region": (
            {"code": "string", "region": "int64"},
            [(code, number["region", region]) for code, region in country_regions()],
        ),
    }
    return {
        f"vocabulary_{name}": pa.Table.from_pylist(
            [dict(zip(types, row, strict=True)) for row in rows],
            pa.schema([(column, getattr(pa, kind)()) for column, kind in types.items()]),
        )
        for name, (types, rows) in shapes.items()
    }


def _entries(key: str) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml_file(FILE)[key]
    return entries


def _holds(entry: dict[str, Any], years: float) -> bool:
    return bool(entry["from_years"] <= years and ("below_years" not in entry or years < entry["below_years"]))


@cache
def _version(variable: str) -> str:
    """Hash of what decides a case's level of the variable."""
    told: dict[str, Any] = {"variable": variable}
    if variable == "age_band":
        told["bands"] = [
            [entry["id"], entry["from_years"], entry.get("below_years")] for entry in _entries("age_bands")
        ]
    elif variable == "sex":
        told["sexes"] = [[entry["id"], entry["code"]] for entry in _entries("sexes")]
    elif variable == "region":
        told["regions"] = country_regions()
    elif variable == "population":
        told["populations"] = [
            {key: entry[key] for key in entry if key not in {"title", "short"}} for entry in _entries("populations")
        ]
        terms = {group.id: indications_of(group) for group in disease_groups()}
        asked = {term for listed in terms.values() for term in listed}
        told["indications"] = terms
        told["former_names"] = sorted(name for name, today in former_names().items() if today in asked)
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_DIGITS]

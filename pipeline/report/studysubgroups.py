"""Subgroups side by side: the incidence counted in each, and drawn towards the others of its kind."""

import re

from pipeline.report.numbers import ratio
from pipeline.report.studycells import (
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    counted_of,
    estimated,
    percent,
    reasons,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studywords import event_name, level_name, population_name, words


def subgroups(facts: StudyFacts) -> StudySection:
    """One table folded away for each event, the kinds of subgroup below each other."""
    if facts.is_public:
        return StudySection("subgroups", [Part(said=["They are told in the regulator's copy only."])])
    rows = facts.estimates("subgroups")
    tables = [_table(facts, event, rows) for event in dict.fromkeys(row["event"] for row in rows)]
    return StudySection("subgroups", [Part(said=[words()["subgroups"]["said"]], folded=tables)] if tables else [])


def _table(facts: StudyFacts, event: str, rows: list[Row]) -> StudyTable:
    mine = [row for row in rows if row["event"] == event]
    raw, drawn, scatter = (
        {row["population"]: row for row in mine if row["estimand"] == f"subgroup_{name}"}
        for name in ("incidence", "shrunken", "scatter")
    )
    kinds = dict.fromkeys(name.partition("=")[0] for name in raw)
    body: list[list[Cell]] = []
    for kind in kinds:
        body.append([Cell(population_name(kind), below=_apart(scatter.get(kind)), kind="group"), *[Cell("")] * 5])
        levels = [name for name in raw if name.startswith(f"{kind}=")]
        body += [_line(raw[name], drawn.get(name)) for name in sorted(levels, key=_place)]
    columns = [
        Column("Subgroup"),
        *(Column(name, is_count=True) for name in ("Patients", "Events")),
        Column("Followed", "person-years", is_count=True),
        Column("As counted", "exact bounds"),
        Column("Over expected", "drawn together, 1: as all"),
    ]
    unit = f"First events per 100 person-years, and over those expected at the same time since infusion; 95 % bounds, as of {facts.as_of}."
    told = reasons(mine, lambda row: population_name(row["population"].partition("=")[0]))
    return StudyTable(event_name(event), unit, columns, body, reasons=told, is_wide=True)


def _place(name: str) -> tuple[bool, float, str]:
    """Levels in the order of the first number in them, those without one before the others, unknown last."""
    level = name.partition("=")[2]
    number = re.search(r"\d+", level)
    first = float(number[0]) if number else -1.0
    return level == "unknown", first - level.startswith("<"), level


def _line(raw: Row, drawn: Row | None) -> list[Cell]:
    level = raw["population"].partition("=")[2]
    years = text(None) if raw["person_years"] is None else Cell(ratio(raw["person_years"]), kind="n")
    counts = [counted_of(raw, name) for name in ("n_patients", "n_events")]
    return [Cell(level_name(level), kind="level"), *counts, years, estimated(raw), estimated(drawn)]


def _apart(row: Row | None) -> str:
    """How far the subgroups of a kind differ, chance taken out."""
    if row is None or not row["is_told"]:
        return ""
    least, most = percent(row["low"]), percent(row["high"])
    return f"truly differ by some {percent(row['estimate'])} of their mean ({least} to {most})"

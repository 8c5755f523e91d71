"""Benefit beside risk, and what else the guidance asks for: causes of death, product quality, everything left over."""

from collections.abc import Sequence

from pipeline.cohort.rows import Section
from pipeline.report.numbers import count
from pipeline.report.studycells import (
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    counted,
    counted_of,
    estimated,
    ordered,
    reasons,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyoccurrence import other_events
from pipeline.report.studywords import (
    estimand_name,
    event_name,
    population_name,
    scale_name,
    window_name,
    words,
)

PLACED = frozenset(str(section) for section in Section)


def benefit(facts: StudyFacts) -> StudySection:
    """The effects table per 1,000 treated, then response and the treatment of the early toxicity."""
    effects = _effects(facts)
    rows = facts.estimates("benefit")
    tables = [
        table for table in (effects, _shares(facts, "Response and treatment of early toxicity", rows)) if table.rows
    ]
    return StudySection("benefit", [Part(tables=tables)])


def other(facts: StudyFacts) -> StudySection:
    """The guidance's other categories, pregnancy among them, causes of death, product quality."""
    events = other_events(facts)
    said = [
        "Terms behind each category are listed under the parameters in the appendix; they were not verified against MedDRA."
    ]
    parts = [
        Part("Neurological, autoimmune, haematological, pregnancy", said=said, tables=[events] if events.rows else [])
    ]
    deaths = _deaths(facts)
    parts.append(Part("Causes of death", tables=[deaths] if deaths.rows else []))
    return StudySection("other", [*parts, _quality(facts)])


def unplaced(facts: StudyFacts) -> StudySection:
    """Estimates of a section that this report does not know: printed, never dropped."""
    rows = [row for row in facts.rows("estimate") if row["analysis"] not in PLACED or _is_new(row)]
    table = _shares(facts, "Other estimates", rows)
    return StudySection("unplaced", [Part(tables=[table])] if rows else [])


def _is_new(row: Row) -> bool:
    """Whether a section that prints estimands one by one has no place for this one."""
    known = words()["printed"].get(row["analysis"])
    return known is not None and row["estimand"] not in known


def _effects(facts: StudyFacts) -> StudyTable:
    """Of 1,000 treated: events as lines, years as columns."""
    rows = [row | {"by": _by(row)} for row in facts.estimates("effects")]
    columns_by = list(dict.fromkeys(row["by"] for row in sorted(rows, key=lambda row: row["at_years"] or 0.0)))
    kinds = list(dict.fromkeys((row["population"], row["event"], row["scale"], row["competing"]) for row in rows))
    found = {(row["population"], row["event"], row["scale"], row["competing"], row["by"]): row for row in rows}
    body = [
        [
            Cell(event_name(kind[1]), below=", ".join(filter(None, (scale_name(kind[2]), *_group(kind[0]))))),
            *(_thousand(found.get((*kind, by))) for by in columns_by),
        ]
        for kind in sorted(kinds, key=lambda kind: kind[0] != "all")
    ]
    columns = [Column("Of 1,000 treated"), *(Column(by) for by in columns_by)]
    unit = f"Patients of 1,000 treated, with 95 % bounds; death competes with every event. As of {facts.as_of}."
    told = reasons(rows, lambda row: f"{event_name(row['event'])}, {row['by'].lower()}")
    return StudyTable("Effects per 1,000 treated", unit, columns, body, reasons=told)


def _by(row: Row) -> str:
    """Head of an effect's column: the year, or the window of what is early."""
    return window_name(row["window"]) if row["at_years"] is None else f"By year {row['at_years']:g}"


def _group(population: str) -> list[str]:
    return [] if population == "all" else [population_name(population)]


def _thousand(row: Row | None) -> Cell:
    """An estimate per 1,000 in whole patients, one decimal below ten."""
    cell = estimated(row)
    if row is None or not row["is_told"]:
        return cell
    low, high = row["low"], row["high"]
    between = "" if low is None or high is None else f"{_patients(low)} to {_patients(high)}"
    return Cell(_patients(row["estimate"]), between, "", "m")


def _patients(value: float) -> str:
    return f"{value:.1f}" if 0 < value < 10 else count(round(value))  # noqa: PLR2004 -- fewer than ten of a thousand


def _shares(facts: StudyFacts, title: str, rows: Sequence[Row]) -> StudyTable:
    """One line for each estimate with the counts it is made of."""
    body = [
        [
            Cell(estimand_name(row["estimand"]), below=_besides(row)),
            text(population_name(row["population"])),
            text(None if row["at_years"] is None and row["window"] is None else _by(row)),
            counted_of(row, "n_events"),
            counted_of(row, "n_patients"),
            estimated(row),
            text(row["unit"]),
        ]
        for row in sorted(rows, key=lambda row: row["population"] != "all")
    ]
    columns = [
        Column("Estimate"),
        Column("Patients"),
        Column("By"),
        Column("With it", "patients", is_count=True),
        Column("Of", "patients", is_count=True),
        Column("Value", "95 % bounds"),
        Column("Unit"),
    ]
    unit = f"Shares with exact 95 % bounds unless the unit says otherwise, as of {facts.as_of}."
    return StudyTable(title, unit, columns, body, reasons=reasons(rows, lambda row: estimand_name(row["estimand"])))


def _besides(row: Row) -> str:
    """The event, where the estimate's own name does not say it."""
    named = event_name(row["event"]) if row["event"] else ""
    return "" if named.lower() in estimand_name(row["estimand"]).lower() else named


def _deaths(facts: StudyFacts) -> StudyTable:
    rows = facts.estimates("deaths", "cause_of_death")
    body = [
        [text(event_name(row["event"]) if row["event"] else "All causes"), counted_of(row, "n_events")]
        for row in ordered(rows, [None, "index_disease"], "event")
    ]
    unit = f"Deaths of patients followed, as the registry groups them, as of {facts.as_of}."
    columns = [Column("Cause"), Column("Deaths", is_count=True)]
    return StudyTable("Deaths by cause", unit, columns, body)


def _quality(facts: StudyFacts) -> Part:
    """Product out of specification; lots are listed in the regulator's copy."""
    rows = facts.estimates("accrual", "out_of_specification")
    tables = [_shares(facts, "Product quality", rows)] if rows else []
    lots = facts.rows("lot")
    if facts.is_public:
        return Part("Product quality", said=["Lots are listed in the regulator's copy only."], tables=tables)
    said = [] if lots else ["No lot went to more than one patient, and none out of specification."]
    columns = [
        *(Column("Lot"), Column("Product")),
        *(
            Column(name, "patients", is_count=True)
            for name in ("Infused", "Within specification", "Out of specification")
        ),
    ]
    counts = ("n_patients", "n_in_specification", "n_out_of_specification")
    body = [
        [Cell(row["lot"], kind="verbatim"), text(row["product"]), *(counted(row[name]) for name in counts)]
        for row in lots
    ]
    unit = f"Patients infused, as of {facts.as_of}; lots of more than one patient or out of specification."
    folded = [StudyTable(f"{len(lots)} lots", unit, columns, body)] if lots else []
    return Part("Product quality", said=said, tables=tables, folded=folded)

"""What those lost leave unknown: the share with an event between its bounds, weighted for loss, and what tips a conclusion."""

from collections.abc import Sequence

from pipeline.cohort.missingratio import ESTIMANDS as OF_RATIO
from pipeline.cohort.parameters import parameters
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
    percent,
    reasons,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studywords import estimand_name, event_name, words

AT = ("lost_without_event", "transplant_ignored", "loss_weighted", "lost_with_event")
OF_LOST = ("implied_share", "tipping_share", "tipping_multiple")


def missing(facts: StudyFacts) -> StudySection:
    """Bounds and weighted shares by event, weights, what would tip a conclusion, and events known to lie in an interval."""
    if facts.is_public:
        return StudySection("missing", [Part(said=["It is told in the regulator's copy only."])])
    tables = [_shares(facts), _tipping(facts), _ratio(facts)]
    shown = [table for table in tables if table.rows]
    folded = [table for table in (_weights(facts), _intervals(facts)) if table.rows]
    said = [words()["missing"]["said"]] if shown else []
    return StudySection("missing", [Part(said=said, tables=shown, folded=folded)] if shown or folded else [])


def _shares(facts: StudyFacts) -> StudyTable:
    """One line for each event and year of the effects table."""
    years = [float(year) for year in parameters().listed("effect_years")]
    rows = [row for row in facts.estimates("missing_data", *AT, *OF_LOST) if row["at_years"] in years]
    plain = facts.estimates("time_to_event", "transplant_ignored", population="all", window=None)
    found = {(row["estimand"], row["event"], row["at_years"]): row for row in rows}
    found |= {
        ("transplant_ignored", row["event"], row["at_years"]): row for row in plain if "jackknife" not in row["method"]
    }
    body: list[Sequence[Cell]] = []
    for event in dict.fromkeys(row["event"] for row in rows):
        lines = [year for year in years if _is_told(found.get(("lost_without_event", event, year)))]
        body += [[Cell(event_name(event), kind="group"), *(Cell("") for _ in range(len(AT) + 2))]] if lines else []
        for year in lines:
            implied = found.get(("implied_share", event, year))
            lost = counted_of(implied, "n_patients") if implied else text(None)
            cells = [estimated(found.get((name, event, year))) for name in AT]
            body.append([Cell(f"By year {year:g}", kind="level"), lost, *cells, estimated(implied)])
    columns = [
        Column("Event"),
        Column("Lost by then", "patients", is_count=True),
        Column("None of them had it"),
        Column("As told", "those lost like those who stayed"),
        Column("Weighted for loss", "no interval"),
        Column("All of them had it"),
        Column("Share of those lost", "that 'as told' implies"),
    ]
    unit = f"Share of all patients with the event by then, 95 % bounds; death competes. As of {facts.as_of}."
    told = reasons([row for row in rows if row["estimand"] in AT], _named)
    return StudyTable("Whatever became of those lost", unit, columns, body, reasons=told, is_wide=True)


def _is_told(row: Row | None) -> bool:
    return row is not None and bool(row["is_told"])


def _named(row: Row) -> str:
    return f"{event_name(row['event'])}, {estimand_name(row['estimand']).lower()}"


def _tipping(facts: StudyFacts) -> StudyTable:
    """Where an interval is held against a margin: from which share of those lost on the conclusion is none any more."""
    rows = facts.estimates("missing_data", "tipping_share", "tipping_multiple")
    margins = parameters().listed("margins")
    said = [f"{event_name(one['event'])} {percent(one['share'])}: {one['citation']}." for one in margins]
    return _listed("What would tip a conclusion against a margin", rows, f"{' '.join(said)} As of {facts.as_of}.")


def _ratio(facts: StudyFacts) -> StudyTable:
    """Second malignancies observed over expected, those lost counted as if they had lived on until due."""
    order = {name: at for at, name in enumerate(OF_RATIO)}
    rows = sorted(facts.estimates("missing_data", *OF_RATIO), key=lambda row: order[row["estimand"]])
    unit = f"Against the population's reference, all sites together, exact 95 % bounds. As of {facts.as_of}."
    return _listed("Second malignancies against the reference, those lost included", rows, unit)


def _listed(title: str, rows: Sequence[Row], unit: str) -> StudyTable:
    body = [
        [
            Cell(estimand_name(row["estimand"]), below=event_name(row["event"])),
            text(None if row["at_years"] is None else f"{row['at_years']:g}"),
            counted_of(row, "n_patients"),
            estimated(row),
            text(row["unit"]),
        ]
        for row in rows
    ]
    columns = [Column("Estimate"), Column("Year"), Column("Lost", "patients", is_count=True)]
    columns += [Column("Value", "95 % bounds"), Column("Unit")]
    return StudyTable(title, unit, columns, body, reasons=reasons(rows, lambda row: estimand_name(row["estimand"])))


def _weights(facts: StudyFacts) -> StudyTable:
    rows = facts.estimates("missing_data", "loss_weight")
    found = {(row["event"], row["measure"]): row for row in rows}
    events = list(dict.fromkeys(row["event"] for row in rows))
    body, flagged = [], []
    for at, event in enumerate(events):
        least, most = (found.get((event, f"{name} weight")) for name in ("smallest", "largest"))
        lost = counted(most["n_left_out"]) if most else text(None)
        body.append([text(event_name(event)), lost, estimated(least), estimated(most)])
        if most and most["is_flagged"]:
            flagged.append(at)
    columns = [Column("Event"), Column("Lost", "patients", is_count=True), Column("Smallest"), Column("Largest")]
    unit = f"How many patients one stands for at the end of the time at risk, as of {facts.as_of}; marked: too many, no estimate."
    told = reasons(rows, lambda row: event_name(row["event"]))
    return StudyTable("Weights of the patients who stayed", unit, columns, body, frozenset(flagged), told)


def _intervals(facts: StudyFacts) -> StudyTable:
    rows = [row for row in facts.estimates("completeness", "interval_censored_events") if row["n_events"] != 0]
    body = [
        [text(event_name(row["event"])), *(counted_of(row, name) for name in ("n_events", "n_patients"))]
        for row in rows
    ]
    columns = [
        Column("Event"),
        Column("Events", is_count=True),
        Column("Counted as free of it", "patients", is_count=True),
    ]
    unit = f"Events of which the month or the year alone is known, in no count by day, as of {facts.as_of}."
    told = reasons(rows, lambda row: event_name(row["event"]))
    return StudyTable("Events known to the month or the year", unit, columns, body, frozenset(range(len(body))), told)

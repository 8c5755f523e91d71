"""Samples of the follow-up after gene transfer: vector persistence and replication-competent lentivirus."""

from collections.abc import Sequence

from pipeline.cohort.parameters import parameters
from pipeline.report.numbers import count
from pipeline.report.studycells import (
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    estimated,
    ordered,
    reasons,
    since_infusion,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studywords import estimand_name


def samples(facts: StudyFacts) -> StudySection:
    """Shares tested and found, the schedule, and the samples that need a look."""
    rows = facts.estimates("samples")
    tables = [_shares(facts, "Samples", rows)] if rows else []
    found = facts.rows("sample")
    threshold = parameters()["vector_positive_percent"]
    parts = [Part(tables=[*tables, _schedule()])]
    if not facts.is_public:
        said = (
            [] if found else [f"No test was positive, and no sample had {threshold:g} % or more cells with the vector."]
        )
        parts.append(Part("Samples to look at", said=said, folded=[_sampled(facts, found)] if found else []))
    return StudySection("samples", parts)


def _shares(facts: StudyFacts, title: str, rows: Sequence[Row]) -> StudyTable:
    """Counts and shares of a section, one line each."""
    body = []
    for row in rows:
        n, of = row["n_events"], row["n_patients"]
        below = f"{count(n)} of {count(of)}" if row["measure"] == "share" and n is not None and of is not None else ""
        value = estimated(row)
        if row["measure"] == "count" and row["is_told"]:
            value = Cell(count(round(row["estimate"])), kind="m")
        body.append([text(estimand_name(row["estimand"])), text(row["unit"]), value._replace(below=below)])
    columns = [Column("Test"), Column("Unit"), Column("Value")]
    flagged = frozenset(at for at, row in enumerate(rows) if row["is_flagged"])
    unit = f"Counts, or shares with exact 95 % bounds, as each line says, as of {facts.as_of}."
    return StudyTable(title, unit, columns, body, flagged, reasons(rows, lambda row: estimand_name(row["estimand"])))


def _schedule() -> StudyTable:
    """What the guidance asks for, with whether anybody has read it there."""
    entry = parameters().content["samples"]
    verified = "verified" if entry["verified"] else "not verified in the source"
    vector, virus = entry["vector_persistence"], entry["replication_competent_lentivirus"]
    months = ", ".join(map(str, virus["at_months"]))
    body = [
        [
            text("Vector persistence"),
            text(
                f"every {vector['every_months']} months for {vector['until_years']} years, then every {vector['then_every_months']}"
            ),
        ],
        [
            text("Replication-competent lentivirus"),
            text(f"at {months} months, then every {virus['then_every_months']}"),
        ],
        [
            text("Cells with the vector at which integration sites are analysed"),
            text(f"{parameters()['vector_positive_percent']:g} %"),
        ],
    ]
    unit = f"Months since infusion; per cent of cells. {entry['citation']}; {verified}."
    return StudyTable("Schedule and threshold", unit, [Column("Test"), Column("When, or how much")], body)


def _sampled(facts: StudyFacts, rows: Sequence[Row]) -> StudyTable:
    names = (
        "Test",
        "Centre",
        "Patient",
        "Samples",
        "First of them",
        "Last of them",
        "Highest",
        "Latest of all samples",
    )
    units = ("", "", "", "found", "day taken", "day taken", "cells with the vector", "cells with the vector")
    columns = [Column(name, unit) for name, unit in zip(names, units, strict=True)]
    body = [
        [
            text(row["kind"].replace("_", " ")),
            text(row["centre_id"]),
            Cell(row["subject_id"], kind="hash"),
            text(row["n_samples"]),
            text(row["first_date"]),
            Cell(str(row["last_date"] or "–"), below=since_infusion(row["last_days_since_infusion"])),
            text(_per_cent(row["highest_percent"])),
            text(_per_cent(row["last_percent"])),
        ]
        for row in ordered(rows, ["replication_competent_lentivirus"], "kind")
    ]
    unit = f"One line is one patient and test; per cent of cells, days since the index infusion, as of {facts.as_of}."
    return StudyTable(f"{len(rows)} patients with a sample to look at", unit, columns, body)


def _per_cent(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g} %"

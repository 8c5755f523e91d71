"""Events of grade 3 and more, scale by scale: nothing is pooled over scales."""

from pipeline.report.numbers import count, ratio
from pipeline.report.studycells import (
    NONE_FOLLOWED,
    Cell,
    Column,
    Part,
    StudySection,
    StudyTable,
    counted_of,
    estimated,
    ordered,
    reasons,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyoccurrence import endpoint_ids, exact_rows
from pipeline.report.studywords import event_name, population_name, scale_name


def severe(facts: StudyFacts) -> StudySection:
    """Grade 3 and more: one line for each event and scale of the whole follow-up, the refusals with their reason."""
    rows = exact_rows(facts, "first_event_grade_3", population="all", window=None)
    placed = ordered(rows, endpoint_ids(), "event")
    body = [
        [
            text(event_name(row["event"])),
            text(scale_name(row["scale"])),
            counted_of(row, "n_patients"),
            counted_of(row, "n_events"),
            Cell(NONE_FOLLOWED if row["person_years"] is None else ratio(row["person_years"]), kind="n"),
            estimated(row),
            text(None if not row["n_left_out"] else count(row["n_left_out"])),
        ]
        for row in placed
    ]
    columns = [
        Column("Event"),
        Column("Scale"),
        Column("Patients", is_count=True),
        Column("First events", is_count=True),
        Column("Person-years", is_count=True),
        Column("Per 100 person-years"),
        Column("Without a grade", "events left out"),
    ]
    unit = f"First events of grade 3 and more per 100 person-years, exact 95 % bounds, all of the follow-up, as of {facts.as_of}."
    told = reasons(placed, lambda row: event_name(row["event"]))
    table = StudyTable("Grade 3 and more, all patients", unit, columns, body, reasons=told, opened=True)
    groups = [_severe_groups(facts), _on_scales(facts, "Grade 3 and more on each scale by group", is_of_all=False)]
    each = _on_scales(facts, "Where grades are on several scales: each alone", is_of_all=True)
    tables = [one for one in (table, each) if one.rows]
    return StudySection("severe", [Part(tables=tables, folded=[one for one in groups if one.rows])])


def _severe_groups(facts: StudyFacts) -> StudyTable:
    """Where pooling over all patients is refused, a group on one scale may still have a number."""
    rows = [row for row in exact_rows(facts, "first_event_grade_3", window=None) if row["population"] != "all"]
    placed = ordered(rows, endpoint_ids(), "event")
    body = [
        [
            text(event_name(row["event"])),
            text(population_name(row["population"])),
            text(scale_name(row["scale"])),
            estimated(row, below=True),
        ]
        for row in placed
    ]
    columns = [Column("Event"), Column("Patients"), Column("Scale"), Column("Per 100 person-years")]
    unit = f"First events of grade 3 and more, all of the follow-up, exact 95 % bounds; below: events and person-years. As of {facts.as_of}."
    told = reasons(placed, lambda row: f"{event_name(row['event'])}, {population_name(row['population'])}")
    return StudyTable("Grade 3 and more by group", unit, columns, body, reasons=told)


def _on_scales(facts: StudyFacts, title: str, *, is_of_all: bool) -> StudyTable:
    """Patients with grade 3 or more on one scale of several: a share of at least so much, without an upper bound."""
    rows = [row for row in facts.estimates("incidence", "severe_on_scale") if (row["population"] == "all") == is_of_all]
    placed = ordered(rows, endpoint_ids(), "event")
    body = [
        [
            text(event_name(row["event"])),
            text(scale_name(row["scale"])),
            text(population_name(row["population"])),
            counted_of(row, "n_events"),
            counted_of(row, "n_patients"),
            estimated(row | {"unit": "share"}),
            text(None if not row["n_left_out"] else count(row["n_left_out"])),
        ]
        for row in placed
    ]
    columns = [
        *(Column(name) for name in ("Event", "Scale", "Of whom")),
        Column("With it", "patients", is_count=True),
        Column("At risk", "patients", is_count=True),
        Column("At least", "share, lower 95 % bound"),
        Column("Without a grade", "events left out"),
    ]
    unit = f"Patients with grade 3 or more on the scale, over all at risk: at least that share, as of {facts.as_of}."
    told = reasons(placed, lambda row: f"{event_name(row['event'])}, {population_name(row['population'])}")
    return StudyTable(title, unit, columns, body, reasons=told)

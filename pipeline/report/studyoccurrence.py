"""How often events happen: by part of the follow-up, by group, and the guidance's other events."""

from collections.abc import Sequence

from pipeline.cohort.parameters import parameters
from pipeline.report.studycells import (
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    counted_of,
    estimated,
    is_exact,
    is_hidden,
    is_robust,
    ordered,
    reasons,
    text,
)
from pipeline.report.studycurves import CurveFigure
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyfigures import EXACT, windows_chart
from pipeline.report.studytime import Lines, estimands_figure
from pipeline.report.studywords import estimand_name, event_name, level_name, population_name, window_name
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.strata import age_intervals

BOUNDS = {
    "first_event": "Per 100 person-years with exact 95 % bounds",
    "all_events": "Per 100 person-years with robust 95 % bounds over patients, because one patient's events hang together; where "
    "too few patients had an event there are none: read the first events, and where nobody had one the exact upper bound",
}
ROBUST = "Points are estimates, bars robust 95 % bounds over patients; where too few had an event there are none."
GROUPS = ("indication", "age_band", "sex")
PANELS = 12
MEANS = ("mean_count", "mean_count_without_death")


def occurrence(facts: StudyFacts) -> StudySection:
    """First and all events by window, as pictures and tables; then by group; ratios between groups; mean counts."""
    parts = []
    for estimand, shown in (("first_event", exact_rows), ("all_events", robust_rows)):
        rows = shown(facts, estimand, population="all")
        if rows:
            parts.append(_by_window(facts, estimand, rows))
    grouped = [*(_by_group(facts, name) for name in GROUPS), _age_standardised(facts)]
    if held := [table for table in grouped if table.rows or table.reasons]:
        parts.append(Part("By group of patients", folded=held))
    ratios, means = _ratios(facts), _mean_counts(facts)
    if ratios.rows:
        parts.append(Part("Groups compared", folded=[ratios]))
    if means.rows:
        parts.append(Part("Events that come back", curves=_mean_curves(facts), tables=[means]))
    return StudySection("occurrence", parts)


def other_events(facts: StudyFacts) -> StudyTable:
    """The guidance's other categories and pregnancy, from the same estimates."""
    listed = [name for name, entry in parameters().content["other_events"].items() if isinstance(entry, list)]
    names = ["late_neuro", *listed]
    rows = exact_rows(facts, "first_event", population="all", window=None)
    found = ordered([row for row in rows if row["event"] in names], names, "event")
    return _whole(facts, "First events of these categories", found)


def exact_rows(facts: StudyFacts, estimand: str, **where: object) -> list[Row]:
    """Rows of an estimand with exact bounds."""
    return [row for row in facts.estimates("incidence", estimand, **where) if is_exact(row)]


def robust_rows(facts: StudyFacts, estimand: str, **where: object) -> list[Row]:
    """Rows of an estimand with robust bounds; without bounds where too few patients had an event, exact where nobody had."""
    exact = exact_rows(facts, estimand, **where)
    every = facts.estimates("incidence", estimand, **where)
    robust = {_place(row): row for row in every if is_robust(row)}
    return [_bounded(row, robust.get(_place(row))) for row in exact]


def _bounded(exact: Row, robust: Row | None) -> Row:
    if robust is None or not exact["is_told"] or exact["n_events"] == 0:
        return exact
    return robust if robust["is_told"] else exact | {"low": None, "high": None}


def _place(row: Row) -> tuple[object, ...]:
    return row["event"], row["population"], row["window"]


def endpoint_ids() -> list[str]:
    """Endpoints in the order in which tables show them."""
    return [known.id for known in endpoints()]


def _windows() -> list[str | None]:
    return [*(window.id for window in parameters().windows), None]


def _by_window(facts: StudyFacts, estimand: str, rows: Sequence[Row]) -> Part:
    """Small multiples and the matrix of events by windows, for all patients."""
    names = list(dict.fromkeys(row["event"] for row in ordered(rows, endpoint_ids(), "event")))
    found = {(row["event"], row["window"]): row for row in rows}
    windows = [name for name in _windows() if any(found.get((event, name)) for event in names)]
    held = [
        name for name in windows if any((row := found.get((event, name))) and row["n_patients"] != 0 for event in names)
    ]
    title = estimand_name(estimand)
    panels = {
        event_name(event): [
            found[(event, name)] | {"label": _narrow(name)} for name in held if name and (event, name) in found
        ]
        for event in _frequent(names, found)
    }
    said = ROBUST if estimand == "all_events" else EXACT
    chart = (f"windows-{estimand}", f"{title} per 100 person-years", panels, said)
    figures = [windows_chart(*chart)] if any(panels.values()) else []
    seen = [event for event in names if not _is_unseen(found.get((event, None)))]
    body = [
        [text(event_name(event)), *(estimated(found.get((event, name)), below=True) for name in held)] for event in seen
    ]
    columns = [Column("Event"), *(Column(window_name(name)) for name in held)]
    unit = (
        f"{BOUNDS[estimand]}; below: events (ev.) and person-years (py). All patients whose centre "
        f"reports events, as of {facts.as_of}. Endpoints overlap and are never summed."
    )
    told = reasons(rows, lambda row: event_name(row["event"]))
    tables = [StudyTable(title, unit, columns, body, reasons=told, is_wide=True)]
    unseen = _unseen(facts, [found[event, None] for event in names if event not in seen])
    return Part(title, figures=figures, tables=tables, folded=[unseen] if unseen.rows else [])


def _is_unseen(row: Row | None) -> bool:
    """Whether nobody had the event in all of the follow-up."""
    return row is not None and row["n_events"] == 0


def _frequent(names: Sequence[str], found: dict[tuple[str, str | None], Row]) -> list[str]:
    """Events with most patients first, as many as a picture holds; those hidden or without an event are not drawn."""
    seen = {name: (found.get((name, None)) or {}).get("n_events") or 0 for name in names}
    leading = sorted((name for name in names if seen[name]), key=lambda name: -seen[name])[:PANELS]
    return [name for name in names if name in leading]


def _narrow(window: str) -> str:
    return window_name(window).replace("Day ", "d ").replace("Years ", "y ").replace("Year ", "y ")


def _by_group(facts: StudyFacts, dimension: str) -> StudyTable:
    """First events over the whole follow-up, events by the levels of one dimension."""
    rows = [
        row for row in exact_rows(facts, "first_event", window=None) if row["population"].startswith(f"{dimension}=")
    ]
    order = [f"age_band={interval.age_band}" for interval in age_intervals()]
    levels = list(dict.fromkeys(row["population"] for row in ordered(rows, list(dict.fromkeys(order)), "population")))
    found = {(row["event"], row["population"]): row for row in rows}
    names = list(dict.fromkeys(row["event"] for row in ordered(rows, endpoint_ids(), "event")))
    columns = [Column("Event"), *(Column(level_name(name.partition("=")[2])) for name in levels)]
    body = [
        [text(event_name(event)), *(estimated(found.get((event, name)), below=True) for name in levels)]
        for event in names
    ]
    title = f"First events by {population_name(dimension).lower()}"
    unit = f"Per 100 person-years with exact 95 % bounds, all of the follow-up; below: events and person-years. As of {facts.as_of}."
    told = reasons(rows, lambda row: f"{event_name(row['event'])}, {population_name(row['population'])}")
    return StudyTable(title, unit, columns, body, reasons=told, is_wide=True)


def _age_standardised(facts: StudyFacts) -> StudyTable:
    """First events of each group as they would be if it had the ages of all patients."""
    rows = facts.estimates("incidence", "first_event_age_standardised")
    groups = list(dict.fromkeys(row["population"] for row in rows))
    found = {(row["event"], row["population"]): row for row in rows}
    names = dict.fromkeys(
        row["event"] for row in ordered(rows, endpoint_ids(), "event") if row["is_told"] or is_hidden(row)
    )
    columns = [Column("Event"), *(Column(population_name(name)) for name in groups)]
    body = [[text(event_name(event)), *(estimated(found.get((event, name))) for name in groups)] for event in names]
    unit = f"Per 100 person-years with 95 % bounds, all of the follow-up, as of {facts.as_of}."
    told = reasons(rows, lambda row: f"{event_name(row['event'])}, {population_name(row['population'])}")
    title = estimand_name("first_event_age_standardised")
    return StudyTable(title, unit, columns, body, reasons=told)


def _ratios(facts: StudyFacts) -> StudyTable:
    rows = ordered(facts.estimates("incidence", "rate_ratio"), endpoint_ids(), "event")
    body = [
        [
            text(event_name(row["event"])),
            text(population_name(row["population"])),
            counted_of(row, "n_events"),
            estimated(row),
            text(_p(row)),
        ]
        for row in rows
        if row["n_events"] != 0
    ]
    columns = [
        Column("Event"),
        Column("Groups compared"),
        Column("First events", is_count=True),
        Column("Ratio"),
        Column("p"),
    ]
    unit = f"Ratio of first events per person-year, exact 95 % bounds given both groups' events, as of {facts.as_of}."
    told = reasons(rows, lambda row: f"{event_name(row['event'])}, {population_name(row['population'])}")
    return StudyTable("Ratios between groups", unit, columns, body, reasons=told)


def _p(row: Row) -> str | None:
    value = row["p"]
    return None if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 -- three decimals


def _mean_counts(facts: StudyFacts) -> StudyTable:
    """Mean number of events per patient by then, of what comes back."""
    rows = [row for row in facts.rows("estimate") if row["estimand"] in MEANS]
    rows = [row for row in rows if row["population"] == "all" and row["at_years"] is not None]
    years = sorted({row["at_years"] for row in rows})
    found = {(row["event"], row["estimand"], row["at_years"]): row for row in rows}
    kinds = list(dict.fromkeys((row["event"], row["estimand"]) for row in ordered(rows, endpoint_ids(), "event")))
    columns = [Column("Event"), *(Column(f"Year {at:g}") for at in years)]
    body = [
        [Cell(event_name(event), below=estimand_name(kind)), *(estimated(found.get((event, kind, at))) for at in years)]
        for event, kind in kinds
    ]
    unit = f"Mean number of events per patient by then, robust 95 % bounds, all patients, as of {facts.as_of}."
    return StudyTable(
        "Mean number of events", unit, columns, body, reasons=reasons(rows, lambda row: event_name(row["event"]))
    )


def _mean_curves(facts: StudyFacts) -> list[CurveFigure]:
    """Mean number of events per patient, with death ending them and as if nobody died."""
    events = dict.fromkeys(row["event"] for row in facts.rows("curve") if row["estimand"] in MEANS)
    figures = [estimands_figure(facts, Lines("incidence", event, MEANS), event_name(event)) for event in events]
    return [figure for figure in figures if figure]


def _unseen(facts: StudyFacts, rows: Sequence[Row]) -> StudyTable:
    """Events that nobody had: the upper bound per person-time, and that of the share of patients."""
    shares = {row["event"]: row for row in facts.estimates("incidence", "no_event", population="all", window=None)}
    body = [
        [
            text(event_name(row["event"])),
            counted_of(row, "n_patients"),
            estimated(row, below=True),
            estimated(shares.get(row["event"])),
        ]
        for row in rows
    ]
    columns = [
        Column("Event"),
        Column("Patients", is_count=True),
        Column("Per 100 person-years"),
        Column("Share of patients"),
    ]
    unit = f"No event was seen in all of the follow-up; exact 95 % bounds, as of {facts.as_of}."
    return StudyTable("No event seen: read the upper bound", unit, columns, body)


def _whole(facts: StudyFacts, title: str, rows: Sequence[Row]) -> StudyTable:
    """One line for each event over the whole follow-up."""
    body = [
        [text(event_name(row["event"])), counted_of(row, "n_patients"), counted_of(row, "n_events"), estimated(row)]
        for row in rows
    ]
    columns = [
        Column("Event"),
        Column("Patients", is_count=True),
        Column("First events", is_count=True),
        Column("Per 100 person-years"),
    ]
    unit = f"First events per 100 person-years, exact 95 % bounds, all of the follow-up, as of {facts.as_of}."
    return StudyTable(title, unit, columns, body, reasons=reasons(rows, lambda row: event_name(row["event"])))

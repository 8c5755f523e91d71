"""Sections told by curves: survival, and cumulative incidence by named estimands side by side."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from pipeline.cohort.parameters import parameters
from pipeline.report.studycells import (
    NONE_FOLLOWED,
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    counted_of,
    estimated,
    is_hidden,
    percent,
    reasons,
    text,
)
from pipeline.report.studycurves import CurveFigure, curve_figure
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studywords import (
    competing_name,
    estimand_name,
    event_name,
    level_name,
    population_name,
    window_name,
    words,
)

FAMILIES = {
    "overall_survival": ("overall_survival",),
    "relapse_free_survival": ("relapse_free_survival", "relapse_free_survival_censored"),
    "event_free_survival": ("event_free_survival", "event_free_survival_censored"),
}
SIDE_BY_SIDE = ("transplant_competes", "transplant_censors", "transplant_ignored")
NAIVE = "one_minus_kaplan_meier"


def survival(facts: StudyFacts) -> StudySection:
    """Overall, relapse-free and event-free survival; overall survival by indication; other numbers of survival."""
    figures = [
        estimands_figure(facts, Lines("survival", None, members), estimand_name(name))
        for name, members in FAMILIES.items()
    ]
    title = f"{estimand_name('overall_survival')} by indication"
    figures.append(_across(facts, title, "overall_survival", "indication"))
    table = _at_years(facts, "survival", "Alive, or alive without the event, all patients")
    return StudySection(
        "survival", _parts(figures, table, _rest(facts, "survival", "Groups, landmarks, medians, means and tests"))
    )


def competing(facts: StudyFacts) -> StudySection:
    """One picture for each event, its estimands side by side; then tables, differences between groups and models."""
    found = dict.fromkeys(row["event"] for row in facts.rows("curve") if row["analysis"] == "time_to_event")
    events = sorted(found, key=_place)
    figures = [
        estimands_figure(facts, Lines("time_to_event", event, SIDE_BY_SIDE), event_name(event)) for event in events
    ]
    table = _at_years(facts, "time_to_event", "With the event by then, all patients")
    parts = _parts(figures, table, _rest(facts, "time_to_event", "Groups, landmarks, tests and models"))
    return StudySection("competing", [*parts, *_overstated(facts, events)])


def _overstated(facts: StudyFacts, events: Sequence[str]) -> list[Part]:
    """One less Kaplan and Meier's share beside cumulative incidence, with the gap between them in words."""
    told = words()["overstated"]
    figures = []
    for event in events:
        lines = Lines("time_to_event", event, ("transplant_ignored", NAIVE), told["lines"], "-overstated")
        if _curve(facts, lines, NAIVE, "all"):
            figures.append(estimands_figure(facts, lines, event_name(event), _gap(_timed(facts, lines))))
    shown = [figure for figure in figures if figure]
    return [Part(told["title"], said=[told["said"]], curves=shown)] if shown else []


def _gap(rows: Sequence[Row]) -> str:
    """By how much the naive share is too large at the last milestone at which both are told; nothing where there is none."""
    held = [row for row in rows if row["is_told"] and row["population"] == "all"]
    naive, told = (
        {row["at_years"]: row["estimate"] for row in held if (row["estimand"] == NAIVE) == is_naive}
        for is_naive in (True, False)
    )
    if not (both := sorted(naive.keys() & told.keys())):
        return ""
    years = both[-1]
    points = f"{round(100 * naive[years], 1) - round(100 * told[years], 1):.1f}"  # as the two are printed
    said: str = words()["overstated"]["gap"]
    return said.format(years=f"{years:g}", naive=percent(naive[years]), told=percent(told[years]), points=points)


def _place(event: str) -> tuple[int, str]:
    """Death and second malignancies first, then relapse and death without it, then late events."""
    first = ("death", "relapse_or_death", "failure_or_death", "second_malignancy", "relapse", "non_relapse_mortality")
    return next(
        (at for at, name in enumerate(first) if event == name or event.startswith(f"{name}_")), len(first)
    ), event


class Lines(NamedTuple):
    """What the lines of one picture are of: section, event (any for none), and estimands side by side.

    names: of the estimands in this picture, where not the usual ones. suffix: tells its id from that of another picture.
    """

    analysis: str
    event: str | None
    estimands: Sequence[str]
    names: Mapping[str, str] = MappingProxyType({})
    suffix: str = ""

    def name(self, estimand: str) -> str:
        """What an estimand is called in this picture."""
        return self.names.get(estimand) or estimand_name(estimand)


def estimands_figure(facts: StudyFacts, asked: Lines, title: str, note: str = "") -> CurveFigure | None:
    """Estimands of one event for all patients, side by side, each to the last time at which ten are at risk; None without a step."""
    held = {name: _curve(facts, asked, name, "all") for name in asked.estimands}
    shown = {name: rows for name, rows in held.items() if rows}
    if not shown:
        return None
    timed = [row for row in _timed(facts, asked) if row["population"] == "all"]
    risk = _risk(timed, {name: asked.name(name) for name in shown}, "estimand")
    lines = {asked.name(name): rows for name, rows in shown.items()}
    name = f"curve-{asked.analysis}-{asked.event or asked.estimands[0]}{asked.suffix}"
    falls = asked.analysis == "survival"
    return curve_figure(name, title, f"{note} {_note(facts)}".strip(), lines, risk, falls=falls)


def _across(facts: StudyFacts, title: str, estimand: str, dimension: str) -> CurveFigure | None:
    """One estimand of survival, its populations side by side."""
    asked = Lines("survival", None, (estimand,))
    names = dict.fromkeys(
        row["population"] for row in facts.rows("curve") if row["population"].startswith(f"{dimension}=")
    )
    held = {name: _curve(facts, asked, estimand, name) for name in names}
    shown = {name: rows for name, rows in held.items() if rows}
    if not shown:
        return None
    risk = _risk(_timed(facts, asked), {name: level_name(name.partition("=")[2]) for name in shown}, "population")
    lines = {level_name(name.partition("=")[2]): rows for name, rows in shown.items()}
    return curve_figure(f"curve-{estimand}-{dimension}", title, _note(facts), lines, risk, falls=True)


def _curve(facts: StudyFacts, asked: Lines, estimand: str, population: str) -> list[Row]:
    """Steps of one line, level to the last milestone at which enough are at risk."""
    found = facts.steps(asked.analysis, estimand, population)
    steps = [row for row in found if asked.event in (None, row["event"])]
    told = [
        row
        for row in _timed(facts, asked)
        if row["is_told"] and (row["estimand"], row["population"]) == (estimand, population)
    ]
    last = max((row["at_years"] for row in told), default=0.0)
    if steps and last > steps[-1]["at_years"]:
        steps.append(steps[-1] | {"at_years": last, "n_at_risk": None})
    return steps


def _is_of(row: Row, asked: Lines) -> bool:
    return row["analysis"] == asked.analysis and asked.event in (None, row["event"])


def _timed(facts: StudyFacts, asked: Lines) -> list[Row]:
    """Milestones of these lines, landmarks and other ways to draw bounds left out."""
    rows = facts.estimates(asked.analysis, *asked.estimands)
    return [row for row in rows if _is_of(row, asked) and _is_milestone(row)]


def _is_milestone(row: Row) -> bool:
    is_timed = row["at_years"] is not None and row["window"] is None
    return is_timed and row["measure"] in {"share", "mean_count"} and "jackknife" not in (row["method"] or "")


def _note(facts: StudyFacts) -> str:
    least = parameters()["least_at_risk"]
    joined = f" A step joins {parameters()['small_cell']:g} events or more." if facts.is_public else ""
    return f"As of {facts.as_of}. Lines stop where fewer than {least:g} patients are left.{joined}"


def _parts(figures: Sequence[CurveFigure | None], table: StudyTable, rest: StudyTable) -> list[Part]:
    """Pictures, then the table of all patients, the rest folded away."""
    part = Part(
        curves=[figure for figure in figures if figure],
        tables=[table] if table.rows else [],
        folded=[rest] if rest.rows else [],
    )
    return [part] if part.has_content else []


def _risk(rows: Sequence[Row], names: Mapping[str, str], column: str) -> StudyTable | None:
    """Patients at risk at the milestones, one line for each line of the picture; names: their titles by id."""
    years = sorted({row["at_years"] for row in rows if row[column] in names and row["n_at_risk"]})
    found = {(row[column], row["at_years"]): row for row in rows}
    body = [[text(title), *(_remaining(found.get((name, at))) for at in years)] for name, title in names.items()]
    columns = [Column("At risk at year"), *(Column(f"{at:g}", is_count=True) for at in years)]
    return StudyTable("Numbers at risk", "Patients at risk.", columns, body) if years else None


def _remaining(row: Row | None) -> Cell:
    """Patients at risk; hidden where the row is, or where so few would be a small count."""
    if row is None:
        return Cell(NONE_FOLLOWED, kind="n")
    return counted_of(row, "n_at_risk")


def _at_years(facts: StudyFacts, analysis: str, title: str) -> StudyTable:
    """Estimates of all patients at the milestone years, the estimands of one event below each other.

    A year at which nothing is told has no column; why stands below.
    """
    rows = [row for row in facts.estimates(analysis, population="all") if _is_milestone(row)]
    years = sorted(
        {row["at_years"] for row in rows if row["is_told"]} or {row["at_years"] for row in rows if is_hidden(row)}
    )
    order = [*(name for members in FAMILIES.values() for name in members), *SIDE_BY_SIDE, NAIVE]
    placed = sorted(
        rows, key=lambda row: ("" if analysis == "survival" else row["event"], order.index(row["estimand"]))
    )
    kinds = dict.fromkeys((row["event"], row["estimand"], row["competing"]) for row in placed)
    found = {(row["event"], row["estimand"], row["competing"], row["at_years"]): row for row in rows}
    body = []
    for event in dict.fromkeys(kind[0] for kind in kinds):
        body.append([Cell(event_name(event), kind="group"), *(Cell("") for _ in ("competing", *years))])
        for _, estimand, rivals in [kind for kind in kinds if kind[0] == event]:
            cells = [estimated(found.get((event, estimand, rivals, at)), below=True) for at in years]
            body.append([Cell(estimand_name(estimand), kind="level"), text(competing_name(rivals)), *cells])
    columns = [Column("Event", "estimand"), Column("Competing"), *(Column(f"Year {at:g}") for at in years)]
    unit = f"Share of patients by then, with pointwise 95 % bounds; below: events (ev.) and person-years (py). As of {facts.as_of}."
    told = reasons(placed, lambda row: f"{event_name(row['event'])}, {estimand_name(row['estimand'])}")
    return StudyTable(title, unit, columns, body, reasons=told, is_wide=True)


def _rest(facts: StudyFacts, analysis: str, title: str) -> StudyTable:
    """Every estimate of the section that is not in its table of all patients, one line each."""
    rows = [row for row in facts.estimates(analysis) if not _is_tabled(row)]
    body = [
        [
            Cell(estimand_name(row["estimand"]), below=row["method"].replace("_", " ")),
            text(event_name(row["event"]) if row["event"] else None),
            text(population_name(row["population"])),
            text(window_name(row["window"]) if row["window"] else None),
            text(None if row["at_years"] is None else f"{row['at_years']:g}"),
            counted_of(row, "n_patients"),
            counted_of(row, "n_events"),
            estimated(row),
            text(_p(row["p"])),
        ]
        for row in rows
    ]
    columns = [
        Column("Estimand", "method"),
        Column("Event"),
        Column("Patients"),
        Column("From"),
        Column("Year"),
        Column("Patients", is_count=True),
        Column("Events", is_count=True),
        Column("Estimate", "share, ratio or years with 95 % bounds"),
        Column("p"),
    ]
    unit = f"Shares, ratios, or years, as the estimand says, as of {facts.as_of}."
    told = reasons(rows, lambda row: f"{estimand_name(row['estimand'])}, {event_name(row['event'])}")
    return StudyTable(title, unit, columns, body, reasons=told)


def _is_tabled(row: Row) -> bool:
    return row["population"] == "all" and _is_milestone(row)


def _p(value: float | None) -> str | None:
    return None if value is None else "< 0.001" if value < 0.001 else f"{value:.3f}"  # noqa: PLR2004 -- three decimals

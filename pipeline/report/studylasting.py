"""Lasting conditions, told by who has them on a day, and the day on which first events begin."""

from collections.abc import Sequence

from pipeline.cohort.onset import LEFT_OUT, QUANTILES
from pipeline.cohort.parameters import YEAR_DAYS
from pipeline.cohort.prevalence import BOUNDS
from pipeline.report.figures import Figure
from pipeline.report.numbers import count
from pipeline.report.studycells import (
    HIDDEN,
    NONE_FOLLOWED,
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    bounds,
    counted_of,
    estimated,
    is_hidden,
    ordered,
    percent,
    reasons,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyfigures import windows_chart
from pipeline.report.studyoccurrence import endpoint_ids
from pipeline.report.studywords import estimand_name, event_name, population_name, words

LEAST, MOST = BOUNDS


def lasting(facts: StudyFacts) -> StudySection:
    """Who has a lasting condition on each landmark day, and on which day after infusion first events begin."""
    rows = facts.estimates("prevalence", LEAST, MOST)
    parts = []
    if rows:
        told = words()["lasting"]
        whole = [row for row in rows if row["population"] == "all"]
        grouped = [row for row in rows if row["population"] != "all"]
        folded = [_prevalence(facts, "With the condition on a day, by indication", grouped)] if grouped else []
        tables = [_prevalence(facts, "With the condition on a day", whole)]
        parts.append(Part(told["title"], said=[told["said"]], figures=_figures(whole), tables=tables, folded=folded))
    if onset := facts.estimates("onset"):
        whole = [row for row in onset if row["population"] == "all"]
        grouped = [row for row in onset if row["population"] != "all"]
        folded = [_onset(facts, "Day of the first event, by indication", grouped)] if grouped else []
        said = [words()["onset"]["said"]]
        folded.insert(0, _left_out(facts, whole))
        tables = [_onset(facts, "Day of the first event", whole)]
        parts.append(Part(words()["onset"]["title"], said=said, tables=tables, folded=folded))
    return StudySection("lasting", parts)


def _prevalence(facts: StudyFacts, title: str, rows: Sequence[Row]) -> StudyTable:
    """One line for each condition and landmark, one column for each group of patients."""
    placed = ordered(rows, endpoint_ids(), "event")
    found = {(row["event"], row["at_years"], row["population"], row["estimand"]): row for row in placed}
    groups = list(dict.fromkeys(row["population"] for row in placed))
    lines = [
        (event, at)
        for event in dict.fromkeys(row["event"] for row in placed)
        for at in sorted({row["at_years"] for row in placed})
        if any(_is_shown(found.get((event, at, group, LEAST))) for group in groups)
    ]
    body = [
        [
            Cell(event_name(event), below=_landmark(at)),
            *(_between(*(found.get((event, at, group, name)) for name in BOUNDS)) for group in groups),
        ]
        for event, at in lines
    ]
    unit = (
        f"Share of the patients followed on that day, exact 95 % bounds; below: patients with it, of those followed. Where it is "
        f"told from one share to another, an end or a beginning is not known. As of {facts.as_of}."
    )
    told = reasons(placed, lambda row: f"{event_name(row['event'])}, {_landmark(row['at_years']).lower()}")
    columns = [Column("Condition"), *(Column(population_name(group)) for group in groups)]
    return StudyTable(title, unit, columns, body, reasons=told)


def _is_shown(row: Row | None) -> bool:
    return row is not None and (row["is_told"] or is_hidden(row))


def _between(least: Row | None, most: Row | None) -> Cell:
    """One share where both agree, else from one to the other, with the outer ends of their intervals; the least alone if so."""
    if least is None or most is None or not least["is_told"]:
        return estimated(least)
    share, n = percent(least["estimate"]), count(least["n_patients"])
    if not most["is_told"]:
        return Cell(f"at least {share}", bounds(least | {"high": None}), f"{count(least['n_events'])} of {n}", "m")
    outer = bounds(least | {"high": most["high"]})
    if least["n_events"] == most["n_events"]:
        return Cell(share, outer, f"{count(least['n_events'])} of {n}", "m")
    counts = f"{count(least['n_events'])} to {count(most['n_events'])} of {n}"
    return Cell(f"{share} to {percent(most['estimate'])}", outer, counts, "m")


def _landmark(years: float) -> str:
    return f"Year {years:g}" if years >= 1 else f"Day {round(years * YEAR_DAYS)}"


def _figures(rows: Sequence[Row]) -> list[Figure]:
    """One panel for each condition: shares in per cent by landmark, the bar from the least lower to the most upper bound."""
    placed = ordered(sorted(rows, key=lambda row: row["at_years"]), endpoint_ids(), "event")
    found = {(row["event"], row["at_years"], row["estimand"]): row for row in placed if row["is_told"]}
    panels: dict[str, list[Row]] = {}
    for event, at, estimand in found:
        least, most = (found.get((event, at, name)) for name in BOUNDS)
        if estimand == LEAST and least and most:
            sides = {"estimate": least["estimate"], "low": least["low"], "high": most["high"]}
            drawn = {name: 100.0 * value for name, value in sides.items()}
            panels.setdefault(event_name(event), []).append({"label": _landmark(at), "is_told": True} | drawn)
    if not panels:
        return []
    said = "Points are shares at least, bars go from the lower bound of the least to the upper bound of the most."
    return [windows_chart("prevalence", "With the condition on a day, % of those followed", panels, said)]


def _onset(facts: StudyFacts, title: str, rows: Sequence[Row]) -> StudyTable:
    """One line for each event and group with a first event known to the day."""
    placed = ordered(rows, endpoint_ids(), "event")
    found = {(row["event"], row["population"], row["estimand"]): row for row in placed}
    lines = list(
        dict.fromkeys((row["event"], row["population"]) for row in placed if row["estimand"] == "onset_median")
    )
    shown = [name for name in QUANTILES if any(row["estimand"] == name for row in placed)]
    body = []
    for line in lines:
        median = found[*line, "onset_median"]
        if median["n_events"] == 0:
            continue
        named = Cell(event_name(line[0]), below="" if line[1] == "all" else population_name(line[1]))
        body.append([named, counted_of(median, "n_events"), *(_day(found.get((*line, name))) for name in shown)])
    columns = [
        Column("First event"),
        Column("Patients", "first event known to the day", is_count=True),
        *(Column(estimand_name(name), "day", is_count=True) for name in shown),
    ]
    unit = f"Days after the infusion, which is day 0, of patients with the event by the data-lock point {facts.as_of}."
    return StudyTable(title, unit, columns, body)


def _day(row: Row | None) -> Cell:
    if row is None or not row["is_told"]:
        return Cell(HIDDEN, kind="n hidden") if row and is_hidden(row) else Cell(NONE_FOLLOWED, kind="n")
    return Cell(count(round(row["estimate"])), kind="n")


def _left_out(facts: StudyFacts, rows: Sequence[Row]) -> StudyTable:
    """Patients of whom no day of onset is used, by reason."""
    placed = ordered([row for row in rows if row["estimand"] in LEFT_OUT], endpoint_ids(), "event")
    found = {(row["event"], row["estimand"]): row for row in placed}
    events = [
        event
        for event in dict.fromkeys(row["event"] for row in placed)
        if any(found[event, name]["n_patients"] != 0 for name in LEFT_OUT)
    ]
    body = [
        [text(event_name(event)), *(counted_of(found[event, name], "n_patients") for name in LEFT_OUT)]
        for event in events
    ]
    columns = [Column("First event"), *(Column(estimand_name(name), "patients", is_count=True) for name in LEFT_OUT)]
    return StudyTable("Patients left out, by reason", f"Patients, as of {facts.as_of}.", columns, body)

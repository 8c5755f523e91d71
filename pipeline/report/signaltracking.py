"""The signal tracking report: the tabular summary of signals that PBRER asks for, as a page, a workbook and CSV files."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.contract.csvtext import csv_cell
from pipeline.report.powerfigure import COLOURS, DASHES, power_chart
from pipeline.report.wording import refuse_in_names, refuse_words_of_incidence

if TYPE_CHECKING:
    import pyarrow as pa

    from pipeline.report.figures import Figure

Row = Mapping[str, Any]
TEMPLATES = Path(__file__).parent / "templates"
LISTING, TIMELINESS, ACTIONS, PLANS, POWER = "signals", "timeliness", "open_actions", "plans", "plan_power"


@dataclass(frozen=True, slots=True)
class TrackingFacts:
    """What the report says.

    tables: rows by sheet name. columns: for each table its columns in their order, with what they hold: text, whole, real,
    day or truth. titles: words for what is kept as a code.
    notes: name and sentence of what the report rests on, in the order in which they are told.
    """

    start: dt.date
    end: dt.date
    tables: Mapping[str, Sequence[Row]]
    columns: Mapping[str, Mapping[str, str]]
    titles: Mapping[str, str]
    notes: Sequence[tuple[str, str]]


def tracking_page(facts: TrackingFacts) -> str:
    """The report as one HTML file that needs no network and no script; everything that people wrote is escaped."""
    import jinja2  # noqa: PLC0415 -- only a page needs it
    import markupsafe  # noqa: PLC0415 -- comes with jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = markupsafe.Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))  # noqa: S704 -- our own style sheet
    listing = facts.tables[LISTING]
    page = environment.get_template("tracking.html.j2").render(
        facts=facts,
        css=style,
        notes=facts.notes,
        signals={
            status: [row for row in listing if row["status"] == status] for status in ("new", "ongoing", "closed")
        },
        timeliness=facts.tables[TIMELINESS],
        actions=facts.tables[ACTIONS],
        powers=powers_of(facts),
        lines=[(times, COLOURS[times], " ".join(map(str, DASHES[times]))) for times in COLOURS],
        words=lambda code: facts.titles.get(code, code),
    )
    refuse_words_of_incidence(page)
    return page


@dataclass(frozen=True, slots=True)
class PlanPower:
    """What a plan finds. rows: by how many times as often events come, one for each greatest length; figure: None without power."""

    plan: Row
    unit: str
    rows: Mapping[float, Sequence[Row]]
    figure: "Figure | None"


def powers_of(facts: TrackingFacts) -> list[PlanPower]:
    """The power of every plan of the report, in its order."""
    return [_power(number, plan, facts.tables[POWER]) for number, plan in enumerate(facts.tables[PLANS], 1)]


def _power(number: int, plan: Row, table: Sequence[Row]) -> PlanPower:
    own = [row for row in table if row["plan_id"] == plan["plan_id"]]
    by_times: dict[float, list[Row]] = {}
    for row in own:
        by_times.setdefault(row["times_as_often"], []).append(row)
    unit = next((row["length_unit"] for row in own if row["length_unit"]), "")
    title = f"Power of plan {number} of the list, {plan['design']}"
    drawn = power_chart(f"power-{number}", title, [dict(row) for row in own], float(plan["maximum_length"]))
    return PlanPower(plan, unit, by_times, drawn)


def write_tracking(facts: TrackingFacts, folder: Path) -> list[Path]:
    """The page, the workbook and a CSV file for each table; the files written. The same facts give the same bytes."""
    refuse_in_names([name for columns in facts.columns.values() for name in columns], "The signal tracking report")
    from pipeline.report.workbook import write_sheets  # noqa: PLC0415 -- only a workbook needs its library

    page = tracking_page(facts)
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"signal-tracking-{facts.start}-{facts.end}"
    paths = [folder / f"{stem}.html", folder / f"{stem}.xlsx"]
    paths[0].write_text(page, encoding="utf-8", newline="\n")
    write_sheets(paths[1], f"Signal tracking {facts.start} to {facts.end}", facts.notes, _tables(facts))
    for name, rows in facts.tables.items():
        path = folder / f"{stem}-{name}.csv"
        path.write_text(csv_text(facts.columns[name], rows), encoding="utf-8", newline="\n")
        paths.append(path)
    return paths


def csv_text(columns: Iterable[str], rows: Iterable[Row]) -> str:
    """Rows as CSV: text quoted, numbers not, nothing between the commas where nothing is known."""
    names = list(columns)
    lines: list[list[object]] = [list(names), *([row[name] for name in names] for row in rows)]
    return "".join(",".join(map(_csv_cell, line)) + "\n" for line in lines)


def _csv_cell(value: object) -> str:
    return csv_cell(value if value is None or isinstance(value, bool | int | float | dt.date) else str(value))


def _tables(facts: TrackingFacts) -> "dict[str, pa.Table]":
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    kinds = {"text": pa.string(), "whole": pa.int64(), "real": pa.float64(), "day": pa.date32(), "truth": pa.bool_()}
    schemas = {
        name: pa.schema([(held, kinds[kind]) for held, kind in columns.items()])
        for name, columns in facts.columns.items()
    }
    return {
        name: pa.Table.from_pylist([dict(row) for row in rows], schemas[name]) for name, rows in facts.tables.items()
    }

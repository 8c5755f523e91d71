"""What a person sees on the terminal after a verb."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pipeline.steps.result import StepReport


def closing(report: StepReport) -> None:
    """Warnings, then one line that says what was done, as of when, how long it took and under which id."""
    for warning in report.warnings:
        click.echo(f"! {warning}")
    point = f" as of {report.as_of}" if report.as_of else ""
    click.echo(f"{report.step}{point}: done in {report.seconds:.1f} s, run {report.run_id}")


def outputs(report: StepReport) -> None:
    """Paths written, one a line."""
    for path in report.outputs:
        click.echo(path)


def ingested_files(report: StepReport) -> None:
    """Each file with its records read, kept and rejected."""
    files = _rows(report, "files")
    columns = ("quarter", "file", "n_read", "n_kept", "n_rejected", "n_split", "encoding")
    if files:
        _table("Records by file: read = kept + rejected", columns, ([item[name] for name in columns] for item in files))
    broken = [rule for rule in report.gate if not rule["passed"]]
    if report.gate:
        click.echo(f"Gate: {len(report.gate) - len(broken)} of {len(report.gate)} rules hold.")
    if broken:
        shown = ("quarter", "table", "rule", "severity", "found")
        _table("Broken rules", shown, ([rule[name] for name in shown] for rule in broken))


def gate_rules(report: StepReport) -> None:
    """Every rule with its severity and what was found."""
    columns = ("quarter", "table", "rule", "severity", "passed", "n_violating", "found")
    _table("Gate", columns, ([rule[name] for name in columns] for rule in report.gate))
    outputs(report)


def waterfall(report: StepReport) -> None:
    """From report versions to current cases."""
    columns = ("step", "n", "unit", "meaning")
    _table(
        f"Waterfall as of {report.as_of}",
        columns,
        ([row[name] for name in columns] for row in _rows(report, "waterfall")),
    )


def signal_summary(report: StepReport) -> None:
    """The waterfall, cases by product, and how many rows the rule marks."""
    waterfall(report)
    products = report.counts["cases_by_product"]
    if isinstance(products, Mapping):
        _table("Cases by product", ("product", "cases"), products.items())
    counts = report.counts
    click.echo(
        f"{counts['rows']} rows; the rule marks {counts['signals']}; IC025 > 0 in {counts['ic_positive']}; "
        f"{counts['not_assessable']} not assessable."
    )
    for prior in _rows(report, "prior"):
        if not prior["is_fitted"]:
            click.echo(
                f"No EBGM against {prior['comparator']} ({prior['event_kind']} {prior['scope'] or ''}): {prior['reason']}"
            )
    outputs(report)


def held_quarters(report: StepReport) -> None:
    """Each quarter of the lake."""
    quarters = _rows(report, "quarters")
    if not quarters:
        click.echo(f"The lake {report.inputs[0]} is empty: run 'cartwatch ingest faers' with FDA's archives.")
        return
    columns = ("quarter", "reports", "rows", "rejected", "quarantined", "archives", "typed", "gate")
    _table(f"Lake {report.inputs[0]}", columns, (_held(row) for row in quarters))
    points = report.counts["data_lock_points"]
    click.echo(f"Signals computed as of: {', '.join(points) if isinstance(points, list) and points else 'none'}")


def machine(report: StepReport) -> None:
    """Each thing looked at."""
    checks = report.counts["checks"]
    if isinstance(checks, Mapping):
        _table("This machine", ("checked", "found"), checks.items())
    click.echo("Nothing is wrong." if not report.warnings else f"{len(report.warnings)} things are wrong:")


def _rows(report: StepReport, name: str) -> list[dict[str, Any]]:
    found = report.counts.get(name, report.details.get(name, []))
    return found if isinstance(found, list) else []


def _held(row: Mapping[str, Any]) -> list[object]:
    archives = ", ".join(item["sha256"][:12] for item in row["archives"])
    broken = ", ".join(f"{n} {severity}" for severity, n in row["gate"].items() if n) or "holds"
    return [
        row["quarter"],
        row["reports"],
        row["rows"],
        row["rejected"],
        row["quarantined"],
        archives,
        row["typed"],
        broken,
    ]


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    table = Table(title=title, title_justify="left", header_style="bold")
    shown = [
        [f"{cell:,}" if isinstance(cell, int) and not isinstance(cell, bool) else str(cell) for cell in row]
        for row in rows
    ]
    numeric = [
        bool(shown) and all(row[i].replace(",", "").lstrip("-").isdigit() for row in shown) for i in range(len(columns))
    ]
    for name, is_number in zip(columns, numeric, strict=True):
        table.add_column(name.removeprefix("n_"), justify="right" if is_number else "left", overflow="fold")
    for row in shown:
        table.add_row(*row)
    Console(width=None if Console().is_terminal else 160).print(table)

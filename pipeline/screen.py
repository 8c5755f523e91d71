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


def loaded_meddra(report: StepReport) -> None:
    """Each file of the MedDRA distribution with its lines, and the version they make."""
    columns = ("file", "n_read", "n_kept", "n_rejected")
    title = f"MedDRA {report.counts['meddra_version']}: lines by file"
    _table(title, columns, ([item[name] for name in columns] for item in _rows(report, "files")))


def work_ahead(report: StepReport) -> None:
    """What a backfill would load, its size, and the time and the room it takes."""
    counts = report.counts
    _table(
        "Would be loaded", ("quarter", "archive", "bytes"), (list(row.values()) for row in _rows(report, "would_load"))
    )
    minutes = int(str(counts["estimated_seconds"])) / 60
    click.echo(
        f"{len(_rows(report, 'unchanged'))} quarters are current. About {minutes:,.1f} minutes with {counts['workers']} workers and "
        f"{_gigabytes(counts['estimated_lake_bytes'])} of lake; {_gigabytes(counts['free_bytes'])} are free. Nothing was written."
    )


def backfill_impact(report: StepReport) -> None:
    """Each quarter before and after, then the whole, the waterfall and the endpoint counts of CAR-T cases."""
    pairs = [f"{name}_{when}" for name in ("rows", "cases", "rejected") for when in ("before", "after")]
    total = report.counts["total"]
    shown = [[row["quarter"], row["state"], *(row.get(name, 0) for name in pairs)] for row in _rows(report, "quarters")]
    if isinstance(total, Mapping):
        shown.append(["all", "", *(total[name] for name in pairs)])
    _table("Quarters before and after", ("quarter", "state", *(name.replace("_", " ") for name in pairs)), shown)
    points = [report.counts[f"signals_{when}"] or "none" for when in ("before", "after")]
    for title, name, keys in (
        ("Waterfall", "waterfall", ("step",)),
        ("CAR-T cases by endpoint", "endpoints", ("endpoint", "scope")),
    ):
        rows = [
            [*(row[key] for key in keys), *("" if row[when] is None else row[when] for when in ("before", "after"))]
            for row in _rows(report, name)
        ]
        if rows:
            _table(f"{title}, as of {points[0]} and {points[1]}", (*keys, "before", "after"), rows)


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


def explanation(report: StepReport) -> None:
    """The four cells then and now, each reason's change between them, and the first case ids of each."""
    cells = ("a", "b", "c", "d")
    parts = _rows(report, "parts")
    change = {(part["reason"], part["cell"]): part["change"] for part in parts}
    ends = {name: report.counts[name] for name in ("from", "to")}
    reasons = report.details["reasons"] if isinstance(report.details["reasons"], Mapping) else {}
    rows = [
        [reason, *(change.get((reason, cell), 0) for cell in cells), meaning] for reason, meaning in reasons.items()
    ]
    first, last = ([end.get(cell) for cell in cells] if isinstance(end, Mapping) else [] for end in ends.values())
    table = [["from", *first, "The earlier number."], *rows, ["to", *last, "The later number: all above added up."]]
    _table("Why the number changed, in cases", ("reason", *cells, "meaning"), table)
    for row in _rows(report, "cases"):
        ids = ", ".join(map(str, row["case_ids"]))
        more = row["n_cases"] - len(row["case_ids"])
        move = f"{row['from_cell'] or 'not counted'} to {row['to_cell'] or 'not counted'}"
        click.echo(f"{row['reason']}, {move}: {row['n_cases']:,} cases: {ids}{f' and {more:,} more' if more else ''}")
    outputs(report)


def held_quarters(report: StepReport) -> None:
    """Each quarter of the lake."""
    quarters = _rows(report, "quarters")
    if not quarters:
        click.echo(f"The lake {report.inputs[0]} is empty: run 'cartwatch ingest faers' with FDA's archives.")
        return
    columns = (
        "quarter",
        "archive",
        "published",
        "counts",
        "reports",
        "rows",
        "rejected",
        "quarantined",
        "typed",
        "gate",
    )
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


def _gigabytes(n_bytes: object) -> str:
    return f"{int(str(n_bytes)) / 1e9:,.1f} GB"


def _held(row: Mapping[str, Any]) -> list[object]:
    rank = f" rank {row['rank']}" if row["rank"] != "0" else ""
    counts = "yes" if row["is_current"] else "no"
    found = row["gate"]
    broken = "not judged" if found is None else ", ".join(f"{n} {kind}" for kind, n in found.items() if n) or "holds"
    return [
        row["quarter"],
        row["sha256"][:12],
        f"{row['published'][:8]}{rank}",
        counts if row["is_original_held"] else f"{counts}, original not held",
        row["reports"],
        row["rows"],
        row["rejected"],
        row["quarantined"],
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

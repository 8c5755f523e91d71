"""What a person sees on the terminal after a verb."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from pipeline.report.wording import refuse_in_message, refuse_in_names, refuse_in_text
from pipeline.steps.result import StepReport
from pipeline.vocabulary.endpoints import endpoint


def closing(report: StepReport) -> None:
    """Warnings, then one line that says what was done, as of when, how long it took and under which id."""
    for warning in report.warnings:
        _say(f"! {warning}")
    point = f" as of {report.as_of}" if report.as_of else ""
    _say(f"{report.step}{point}: done in {report.seconds:.1f} s, run {report.run_id}")


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
        _say(f"Gate: {len(report.gate) - len(broken)} of {len(report.gate)} rules hold.")
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
    _say(
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
    own_cohort(report)
    counts = report.counts
    _say(
        f"{counts['rows']} rows; the rule marks {counts['signals']}; IC025 > 0 in {counts['ic_positive']}; "
        f"{counts['not_assessable']} not assessable."
    )
    for prior in _rows(report, "prior"):
        if not prior["is_fitted"]:
            _say(
                f"No EBGM against {prior['comparator']} ({prior['event_kind']} {prior['scope'] or ''}): {prior['reason']}"
            )
    outputs(report)


def own_cohort(report: StepReport) -> None:
    """Cases of each product that are told to be of a study, of the literature or of the own cohort, where any is of it."""
    columns = ("product", "n_cases", "n_study_source", "n_literature", "n_own_cohort")
    if rows := _rows(report, "own_cohort"):
        _table("Of them, in cases", columns, ([row[name] for name in columns] for row in rows))


def onset_summary(report: StepReport) -> None:
    """The truncated fit of each product and endpoint that has one; the refused ones are counted."""
    told = [row for row in _rows(report, "onset") if row["is_told"]]
    columns = ("product", "endpoint", "cases", "used", "observed median", "shape", "scale in days", "off by")
    title = f"Onset of the case in days from infusion (day 0), right-truncated, as of {report.as_of}"
    _table(title, columns, (_onset(row) for row in told))
    n_asked = len(_rows(report, "onset"))
    _say(f"{n_asked - len(told)} of {n_asked} fits with usable days are refused; --out tells why, and who is left out.")
    _say(f"Each case's own reporting lag is taken off its follow-up; fixed_lag takes {report.counts['lag_days']} days.")
    outputs(report)


def reaction_onset_summary(report: StepReport) -> None:
    """What was read, who is used, and the truncated fit of each product and endpoint that has one."""
    messages, cases = report.counts["messages"], report.counts["cases"]
    if isinstance(messages, Mapping) and isinstance(cases, Mapping):
        _table("Messages", ("what became of them", "messages"), messages.items())
        _table(f"Cases as of {report.as_of}", ("state", "cases"), cases.items())
    fits = [
        row
        for row in _rows(report, "reaction_onset_distribution")
        if (row["case_set"], row["method"]) == ("all", "right_truncated")
    ]
    columns = ("product", "endpoint", "cases", "used", "observed median", "shape", "scale in days", "off by")
    title = f"Onset of the reaction in days from infusion (day 0), right-truncated, as of {report.as_of}"
    told = [_onset(row) for row in fits if row["is_told"]]
    if told:
        _table(title, columns, told)
    used, of = report.counts["reactions_used"], report.counts["reactions"]
    _say(
        f"{used} of {of} reactions of suspected CAR-T products are used; {len(fits) - len(told)} of {len(fits)} fits are refused; "
        "--out tells why, and who is left out."
    )
    outputs(report)


def trend_summary(report: StepReport) -> None:
    """Lags, where each endpoint first cleared 0, and the contrasts told; the refused ones are counted by reason."""
    lag = {"product": "product", "n_cases": "cases", "n_used": "used", "median_days": "half within days"}
    lag |= {"p90_days": "nine in ten within", "longest_days": "of those within", "reason": "why not"}
    lags = (_shown(row, list(lag)) for row in _rows(report, "reporting_lag"))
    _table(f"Days from event to first receipt, as of {report.as_of}", list(lag.values()), lags)
    first = ("product", "endpoint", "first quarter above 0", "cases until then", "IC025 then, log2")
    title = f"First quarter of receipt with IC025 > 0, of those whose every publication is held, as of {report.as_of}"
    _table(title, first, (_crossing(row) for row in _rows(report, "first_crossing")))
    if contrasts := _rows(report, "contrasts"):
        columns = ("product", "series", "measure", "event in", "level, after over foretold", "slope, after over before")
        title = f"Quarters after an event over those before, ratios with 95 % bounds, as of {report.as_of}"
        _table(title, columns, (_contrast(row) for row in contrasts))
    n_asked, n_refused = (report.counts[name] for name in ("n_asked", "n_refused"))
    answered = f"{n_refused} of them refused" if n_refused != n_asked else "none answered"
    if n_asked:
        _say(f"{n_asked} contrasts asked, broad terms included, {answered}: {_reasons(_rows(report, 'refusals'))}")
    else:
        _say("No contrast asked: no event of the calendar lies in the quarters held since a product's approval.")
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
        _say(f"{row['reason']}, {move}: {row['n_cases']:,} cases: {ids}{f' and {more:,} more' if more else ''}")
    outputs(report)


def machine(report: StepReport) -> None:
    """Each thing looked at."""
    checks = report.counts["checks"]
    if isinstance(checks, Mapping):
        _table("This machine", ("checked", "found"), checks.items())
    _say("Nothing is wrong." if not report.warnings else f"{len(report.warnings)} things are wrong:")


def _say(text: str) -> None:
    """A sentence of ours on the terminal; CartwatchError where it calls a reporting measure by a forbidden word."""
    refuse_in_message(text, "The terminal")
    click.echo(text)


def _rows(report: StepReport, name: str) -> list[dict[str, Any]]:
    found = report.counts.get(name, report.details.get(name, []))
    return found if isinstance(found, list) else []


def _gigabytes(n_bytes: object) -> str:
    return f"{int(str(n_bytes)) / 1e9:,.1f} GB"


def _onset(row: Mapping[str, Any]) -> list[object]:
    fitted = [
        f"{row[name]:.3g} ({row[f'{name}_low']:.3g} to {row[f'{name}_high']:.3g})" for name in ("shape", "scale_days")
    ]
    head = [row["product"], row["endpoint"], row["n_read"], row["n_used"], f"{row['observed_median_days']:g}"]
    return [*head, *fitted, f"{row['distance']:.2f}"]


def _shown(row: Mapping[str, Any], names: Sequence[str]) -> list[object]:
    """Cells of these columns; nothing where there is none, numbers to three digits."""
    return [f"{row[name]:.3g}" if isinstance(row[name], float) else row[name] or "" for name in names]


def _contrast(row: Mapping[str, Any]) -> list[object]:
    ratios = [
        f"{row[f'{name}_ratio']:.2f} ({row[f'{name}_low']:.2f} to {row[f'{name}_high']:.2f})"
        for name in ("level", "slope")
    ]
    series = _labelled(row["endpoint"]) if row["endpoint"] else "all cases"
    return [row["product"], series, row["measure"], row["event_quarter"], *ratios]


def _crossing(row: Mapping[str, Any]) -> list[object]:
    """A crossing; one in the first quarter held may have come before it: by then."""
    when = f"by {row['receipt_quarter']}" if row["is_first_quarter_held"] else row["receipt_quarter"]
    return [row["product"], _labelled(row["endpoint"]), when, row["a"], f"{row['ic025']:.2f}"]


def _labelled(name: str) -> str:
    """An endpoint's id, with what must stand beside each of its numbers."""
    label = endpoint(name).label
    return f"{name} ({label})" if label else name


def _reasons(refusals: Iterable[Mapping[str, Any]]) -> str:
    """How many contrasts each reason refused, most first, without how much was lacking in each."""
    counted: Counter[str] = Counter()
    for row in refusals:
        counted[re.sub(r": [\d.]+; ", ": ", row["reason"])] += row["n"]
    return " ".join(f"{n:,} × {reason}" for reason, n in counted.most_common()) or "--out tells why."


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    refuse_in_text(title, "A table on the terminal")
    refuse_in_names(columns, "A table on the terminal")
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

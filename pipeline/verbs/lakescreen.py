"""What a person sees on the terminal of the lake: what it holds, and what the gate says of it."""

from collections.abc import Mapping
from typing import Any

from pipeline.screen import _rows, _say, _table, outputs
from pipeline.steps.result import StepReport

OF_QUARTERS = ("quarter", "table", "rule", "severity", "passed", "n_violating", "found")
OF_STUDIES = ("study_id", "as_of", *OF_QUARTERS[1:])


def validated(report: StepReport) -> None:
    """Every rule with its severity and what was found: of each study those that do not hold first, then of each quarter."""
    for title, columns in (("Gate of the studies", OF_STUDIES), ("Gate", OF_QUARTERS)):
        rows = [[rule[name] for name in columns] for rule in report.gate if columns[0] in rule]
        if rows:
            _table(title, columns, rows)
    outputs(report)


def held(report: StepReport) -> None:
    """Each follow-up study at each cut-off, and each quarter of the lake."""
    quarters, studies = _rows(report, "quarters"), _rows(report, "studies")
    if studies:
        shown = [list((row | {"gate": _judged(row["gate"])}).values()) for row in studies]
        _table("Follow-up studies", list(studies[0]), shown)
    if not quarters:
        state = "holds no quarter" if studies else "is empty"
        _say(f"The lake {report.inputs[0]} {state}: run 'cartwatch ingest faers' with FDA's archives.")
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
    _say(f"Signals computed as of: {', '.join(points) if isinstance(points, list) and points else 'none'}")
    for told in _rows(report, "own_cohort"):
        _say(str(told))


def _held(row: Mapping[str, Any]) -> list[object]:
    rank = f" rank {row['rank']}" if row["rank"] != "0" else ""
    counts = "yes" if row["is_current"] else "no"
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
        _judged(row["gate"]),
    ]


def _judged(found: Mapping[str, int] | None) -> str:
    """How many rules of each severity are broken."""
    return "not judged" if found is None else ", ".join(f"{n} {kind}" for kind, n in found.items() if n) or "holds"

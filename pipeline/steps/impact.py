"""What a backfill changed: the lake before and after, quarter by quarter, and the counts people look at."""

from dataclasses import dataclass, field

from pipeline.cases.resolution import waterfall_rows
from pipeline.config import Settings
from pipeline.contract.raw import RAW_TABLES
from pipeline.contract.tables import table as declared
from pipeline.lake.delta import Lake
from pipeline.lake.snapshot import files_as_of, mount_mart
from pipeline.lake.warehouse import Warehouse, model

Row = dict[str, object]
COUNTED = ("rows", "rejected", "reports", "cases")


@dataclass(slots=True)
class Holdings:
    """What the lake holds as of a quarter.

    quarters: for each quarter its raw rows, rejected lines, report versions and distinct cases. total: the same of all,
    a case in two quarters counted once. as_of: the data-lock point whose marts are shown, None where there are none.
    steps: the waterfall's counts. endpoints: cases with any CAR-T by endpoint and scope, None where not assessable.
    """

    quarters: dict[str, dict[str, int]] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    as_of: str | None = None
    steps: dict[str, int] = field(default_factory=dict)
    endpoints: dict[tuple[str, str], int | None] = field(default_factory=dict)


def holdings(settings: Settings, as_of: str) -> Holdings:
    """What the lake holds of the quarters up to then, and the newest marts computed by then."""
    lake = Lake(settings.lake)
    held = Holdings(as_of=max((point for point in lake.partitions("signal", "as_of") if point <= as_of), default=None))
    with Warehouse(settings) as warehouse:
        _count_quarters(lake, warehouse, as_of, held)
        if held.as_of is not None:
            _count_marts(lake, warehouse, held.as_of, held)
    return held


def changes(before: Holdings, after: Holdings) -> dict[str, object]:
    """The two side by side: quarters, their total, waterfall and endpoints, each with before and after."""
    quarters = sorted(before.quarters | after.quarters)
    return {
        "quarters": [
            {"quarter": name, **_pairs(before.quarters.get(name, {}), after.quarters.get(name, {}))}
            for name in quarters
        ],
        "total": _pairs(before.total, after.total),
        "signals_before": before.as_of,
        "signals_after": after.as_of,
        "waterfall": [
            {"step": step, "before": before.steps.get(step), "after": after.steps.get(step)}
            for step in after.steps or before.steps
        ],
        "endpoints": [
            {
                "endpoint": endpoint,
                "scope": scope,
                "before": before.endpoints.get((endpoint, scope)),
                "after": after.endpoints.get((endpoint, scope)),
            }
            for endpoint, scope in after.endpoints or before.endpoints
        ],
    }


def _pairs(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {
        f"{name}_{when}": counts.get(name, 0)
        for name in COUNTED
        for when, counts in (("before", before), ("after", after))
    }


def _count_quarters(lake: Lake, warehouse: Warehouse, as_of: str, held: Holdings) -> None:
    versions = files_as_of(lake, "report_version", as_of)
    editions = {file.partition["quarter"]: file.partition["edition"] for file in versions}
    held.quarters = {quarter: dict.fromkeys(COUNTED, 0) for quarter in editions}
    for name in (*(table.name for table in RAW_TABLES), "rejected"):
        for file in lake.files(name):
            if editions.get(file.partition["quarter"]) == file.partition["edition"]:
                held.quarters[file.partition["quarter"]]["rejected" if name == "rejected" else "rows"] += file.n_rows
    held.total = {name: sum(counts[name] for counts in held.quarters.values()) for name in COUNTED}
    warehouse.show_files(declared("report_version"), versions)
    for quarter, n_reports, n_cases in warehouse.rows(model("report/quarter_case")):
        counts = held.total if quarter is None else held.quarters[str(quarter)]
        counts |= {"reports": int(str(n_reports)), "cases": int(str(n_cases))}


def _count_marts(lake: Lake, warehouse: Warehouse, point: str, held: Holdings) -> None:
    mount_mart(lake, warehouse, point, "waterfall", "signal")
    held.steps = {step: n for step, _, n, _ in waterfall_rows(warehouse)}
    for endpoint, scope, n_cases in warehouse.rows(model("report/endpoint_case")):
        held.endpoints[str(endpoint), str(scope)] = None if n_cases is None else int(str(n_cases))

"""Days from infusion to event as of a data-lock point: case by case, by reason of exclusion, and fitted."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.cases.onset import find_days, onset_rows
from pipeline.config import Settings
from pipeline.contract.onset import ONSET, ONSET_CASE, ONSET_EXCLUSION, ONSET_TABLES
from pipeline.lake.delta import Lake
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import published_quarters
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.derived import Chosen, Derived, Written, compute_derived
from pipeline.steps.result import Progress, StepReport, silent
from pipeline.vocabulary.choices import suspect_roles

READ = ("case_current", "exposed_case", "product_event_case")
CASE_LEVEL = (
    "Onset is that of the case: FAERS has one event date for all reactions of a report. Days are counted from the "
    "infusion, which is day 0."
)


def compute_onset(
    settings: Settings,
    as_of: str | None = None,
    *,
    only_products: Sequence[str] = (),
    out: Path | None = None,
    signals: StepReport | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Onset of every CAR-T product and endpoint, computing the signals first where they are not current.

    The lake always gets the whole tables; only_products chooses what out and the report show. Left alone where the
    signals and the code are unchanged.
    """
    return compute_derived(
        STEP, settings, as_of, only_products=only_products, out=out, signals=signals, progress=progress
    )


def _parameters(_: Settings) -> Mapping[str, object]:
    return {"roles": sorted(suspect_roles())}


def _write(lake: Lake, warehouse: Warehouse, dlp: str, folder: Path) -> Written:
    """Every table of onset as a file."""
    held_until = max(quarter for quarter in published_quarters(lake) if quarter <= dlp)
    lag_days = find_days(warehouse, dlp, suspect_roles(), held_until=held_until)
    fitted = folder / "onset.parquet"
    written = [(ONSET, fitted, write_rows(ONSET, onset_rows(warehouse, dlp, lag_days), fitted))]
    for table in (ONSET_CASE, ONSET_EXCLUSION):
        path = folder / f"{table.name}.parquet"
        query = f"SELECT * FROM {table.name} ORDER BY {', '.join(table.key)}"
        written.append((table, path, warehouse.write(table, query, path)))
    return written


def _describe(report: StepReport, warehouse: Warehouse, chosen: Chosen) -> None:
    """What all cases with each endpoint give, by the truncated fit, for a screen; and the counts of the whole run."""
    fits = "SELECT * FROM onset WHERE case_set = 'all' AND method = 'right_truncated' AND n_used > 0"
    report.details["onset"] = chosen.rows(warehouse, fits, ", ".join(ONSET.key))
    report.counts = warehouse.arrow(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE is_told) AS told, max(lag_days) AS lag_days FROM onset"
    ).to_pylist()[0]
    why = "SELECT reason, count(*) AS n FROM onset WHERE NOT is_told GROUP BY reason ORDER BY n DESC, reason"
    report.counts["refused_by_reason"] = dict(warehouse.rows(why))  # type: ignore[arg-type]


def _exports(chosen: Chosen) -> Mapping[str, str]:
    """onset.csv, onset.parquet and onset_exclusion.csv."""
    onset = chosen.of("SELECT * FROM onset WHERE true", ", ".join(ONSET.key))
    by_reason = ", ".join((*ONSET_EXCLUSION.key[:-1], "reason_number"))
    reasons = chosen.of("SELECT * FROM onset_exclusion WHERE true", by_reason)
    return {"onset.parquet": onset, "onset.csv": onset, "onset_exclusion.csv": reasons}


STEP = Derived(
    name="onset",
    doing="days from infusion to event",
    tables=ONSET_TABLES,
    read=READ,
    parameters=_parameters,
    write=_write,
    describe=_describe,
    exports=_exports,
    meaning=CASE_LEVEL,
)

"""Cases by quarter as of a data-lock point: cumulative scores, contrasts at the calendar's events, lags, nowcast."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.cases.arrivals import lag_rows, nowcast_rows
from pipeline.cases.trendseries import holdings, interruption_rows, product_series, show_series, trend_rows
from pipeline.config import Settings
from pipeline.contract.trend import INTERRUPTION, NOWCAST, REPORTING_LAG, TREND
from pipeline.lake.delta import Lake
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import published_quarters
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.derived import Chosen, Derived, Written, compute_derived
from pipeline.steps.result import Progress, StepReport, silent

READ = ("case_current", "exposed_case", "product_event_case", "event_quarter")
WRITTEN = (TREND, INTERRUPTION, NOWCAST, REPORTING_LAG)
MEANING = (
    "Quarters are those of FDA's first receipt; a case without a known day stands in none. The first quarter with "
    "IC025 > 0 is one of many looks and not corrected for them; a contrast is one of many questions: see its q."
)


def compute_trend(
    settings: Settings,
    as_of: str | None = None,
    *,
    only_products: Sequence[str] = (),
    out: Path | None = None,
    signals: StepReport | None = None,
    progress: Progress = silent,
) -> StepReport:
    """The trend of every CAR-T product, computing the signals first where they are not current.

    The lake always gets the whole tables; only_products chooses what out and the screen show. Left alone where the
    signals and the code are unchanged.
    """
    return compute_derived(
        STEP, settings, as_of, only_products=only_products, out=out, signals=signals, progress=progress
    )


def _parameters(settings: Settings) -> Mapping[str, object]:
    return {"with_duplicates": settings.with_duplicates}


def _write(lake: Lake, warehouse: Warehouse, dlp: str, folder: Path) -> Written:
    """Every table of the trend as a file."""
    span = holdings([quarter for quarter in published_quarters(lake) if quarter <= dlp])
    show_series(warehouse, span)
    series = list(product_series(warehouse))
    tables = (
        (TREND, trend_rows(series, dlp, span)),
        (INTERRUPTION, interruption_rows(series, dlp)),
        (NOWCAST, nowcast_rows(warehouse, dlp, span)),
        (REPORTING_LAG, lag_rows(warehouse, dlp, span)),
    )
    paths = [folder / f"{table.name}.parquet" for table, _ in tables]
    return [(table, path, write_rows(table, rows, path)) for (table, rows), path in zip(tables, paths, strict=True)]


def _describe(report: StepReport, warehouse: Warehouse, chosen: Chosen) -> None:
    """For a screen: the lags, where each endpoint first crossed, and the contrasts that were not refused."""
    found = {
        "reporting_lag": "SELECT * FROM reporting_lag WHERE true",
        "first_crossing": "SELECT * FROM trend WHERE is_first_ic_positive AND scope = 'narrow' AND comparator = 'all'",
        "contrasts": "SELECT * FROM interruption WHERE reason IS NULL AND scope IS DISTINCT FROM 'broad'",
        "refusals": "SELECT * FROM (SELECT product, reason, count(*) AS n FROM interruption WHERE reason IS NOT NULL "
        "GROUP BY ALL) WHERE true",
    }
    for name, query in found.items():
        report.details[name] = chosen.rows(warehouse, query, "ALL")
    counts = "SELECT count(*) AS n_asked, count(*) FILTER (WHERE reason IS NOT NULL) AS n_refused FROM interruption WHERE true"
    report.counts = chosen.rows(warehouse, counts)[0]
    report.counts["rows"] = {
        table.name: int(str(warehouse.rows(f"SELECT count(*) FROM {table.name}")[0][0])) for table in WRITTEN
    }


def _exports(chosen: Chosen) -> Mapping[str, str]:
    """The trend as Parquet and CSV, the other tables as CSV."""
    queries = {
        f"{table.name}.csv": chosen.of(f"SELECT * FROM {table.name} WHERE true", ", ".join(table.key))
        for table in WRITTEN
    }
    return {"trend.parquet": queries["trend.csv"]} | queries


STEP = Derived(
    name="trend",
    doing="cases by quarter",
    tables=WRITTEN,
    read=READ,
    parameters=_parameters,
    write=_write,
    describe=_describe,
    exports=_exports,
    meaning=MEANING,
)

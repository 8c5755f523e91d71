"""Counts, priors and every measure, as of a data-lock point."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from pipeline.cases.background import FittedPrior, fit_background
from pipeline.cases.backgroundpairs import Backgrounds, Things, counted_backgrounds
from pipeline.cases.counts import (
    backgrounds_of_cases,
    count_exposures_and_events,
    pair_rows,
    product_cells,
    things,
)
from pipeline.cases.drift import drift_warnings
from pipeline.cases.eventquarters import write_event_quarters
from pipeline.cases.explanationkept import keep_vocabulary, kept_versions, write_members
from pipeline.cases.explanationside import shown_vocabulary
from pipeline.cases.identity import drug_resolution
from pipeline.cases.leftout import cases_left_out
from pipeline.cases.masking import write_masking
from pipeline.cases.members import events, exposures
from pipeline.cases.signaltable import Context, signal_table
from pipeline.cases.strata import Written, WrittenFile, compared_profiles, write_strata
from pipeline.config import Settings, code_version
from pipeline.contract.mart import DRUG_RESOLUTION, PAIR_COUNT, PRIOR, SIGNAL
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import UsageError
from pipeline.lake.delta import Lake, Run, open_lake
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import data_lock_point, mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.cases import caveats_of, resolve_cases
from pipeline.steps.export import export_files
from pipeline.steps.owncohort import marked_by_product
from pipeline.steps.ownmarks import own_cohort_told
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import is_current, record_run
from pipeline.steps.terms import show_vocabulary, terms_parameters, terms_used
from pipeline.vocabulary.choices import comparator, comparators, role, suspect_roles
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import product, products

# Every table of a run; the tables made beside the signals are written at the end of _compute.
WRITTEN = (
    *("drug_resolution", "pair_count", "prior", "signal", "exposed_case", "product_event_case", "event_quarter"),
    *("masking", "stratified_signal", "subgroup_signal", "stratified_prior"),
)
KINDS: tuple[tuple[str, str | None], ...] = (("pt", None), ("endpoint", "narrow"), ("endpoint", "broad"))


def compute_signals(
    settings: Settings,
    as_of: str | None = None,
    *,
    only_products: Sequence[str] = (),
    only_comparators: Sequence[str] = (),
    roles: Sequence[str] = (),
    out: Path | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Every measure for every product, endpoint and preferred term, against every comparator.

    The lake always gets the whole table; only_products and only_comparators choose what out shows.
    roles other than primary and secondary suspect change what counts as exposure: then the lake is left
    alone and out is needed.
    """
    watch = Stopwatch()
    chosen = {
        "products": [product(name).id for name in only_products],
        "comparators": [comparator(name).id for name in only_comparators],
    }
    exposed = tuple(role(code).code for code in roles) or suspect_roles()
    is_default = set(exposed) == set(suspect_roles())
    if not is_default and out is None:
        raise UsageError("Other roles than PS and SS are never kept in the lake: name a folder with --out.")
    lake = open_lake(settings)
    dlp = data_lock_point(lake, as_of)
    resolved = resolve_cases(settings, dlp, progress)
    parameters = _parameters(settings, dlp, exposed) | terms_parameters(settings, lake)
    own_id = run_id("signals", resolved.run_id, parameters)
    report = StepReport("signals", own_id, dlp, resolved.inputs, warnings=caveats_of(settings, lake, dlp))
    report.warnings += own_cohort_told(lake, dlp)
    with lake.staging(f"signals-{dlp}") as folder, Warehouse(settings) as warehouse:
        report.warnings += show_vocabulary(settings, lake, warehouse)
        vocabulary = shown_vocabulary(warehouse)
        if is_default and is_current(lake, WRITTEN, dlp, report.run_id):
            report.warnings.append(f"Signals as of {dlp} are unchanged: nothing was computed again.")
        else:
            written = _compute(
                lake, warehouse, dlp, exposed, folder, progress, with_duplicates=settings.with_duplicates
            )
            if is_default:
                _keep(lake, written, dlp, Run("signals", report.run_id, code_version()))
            report.warnings += drift_warnings(warehouse)
        _show(lake, warehouse, dlp, folder)
        _describe(report, warehouse, resolved)
        report.details["terms"] = terms_used(settings, lake)
        if is_default:
            if marked := marked_by_product(lake, warehouse, dlp):
                report.details["own_cohort"] = marked
            keep_vocabulary(lake, vocabulary, Run("signals", report.run_id, code_version()))
            record_run(settings, report, parameters | kept_versions(lake, dlp, vocabulary))
        if out is not None:
            report.outputs = _export(warehouse, out, chosen)
    report.seconds = watch.seconds()
    return report


def _parameters(settings: Settings, dlp: str, roles: Sequence[str]) -> dict[str, object]:
    """What was chosen for a run of signals."""
    return {"as_of": dlp, "roles": sorted(roles), "with_duplicates": settings.with_duplicates}


def _compute(
    lake: Lake,
    warehouse: Warehouse,
    dlp: str,
    roles: Sequence[str],
    folder: Path,
    progress: Progress,
    *,
    with_duplicates: bool,
) -> Written:
    """Count, fit and score; returns each file written with its table and comparator."""
    progress(f"{dlp} counting cases by drug and event")
    mount_core(lake, warehouse, dlp)
    mount_mart(lake, warehouse, dlp, "case_current")
    count_exposures_and_events(warehouse, roles, with_duplicates=with_duplicates)
    with_prior = [item.id for item in comparators() if item.has_prior]
    parts, of_cases = backgrounds_of_cases(warehouse, with_prior), events(warehouse)
    named, path = things(warehouse), folder / "drug_resolution.parquet"
    progress(f"{dlp} fitting the priors and scoring")
    with ThreadPoolExecutor(2) as beside:  # arithmetic, which asks no database, beside the queries
        backgrounds = beside.submit(counted_backgrounds, with_prior, parts, exposures(warehouse), of_cases)
        fitted = [beside.submit(_fitted, backgrounds, name, named, dlp, folder) for name in with_prior]
        written: Written = [
            ("drug_resolution", None, path, write_rows(DRUG_RESOLUTION, drug_resolution(warehouse, dlp), path))
        ]
        cells = product_cells(warehouse, [item.id for item in products()], [item.id for item in comparators()])
        context = Context(
            dlp,
            _coverage(warehouse),
            {endpoint.id: endpoint.label for endpoint in endpoints()},
            cases_left_out(warehouse),
            {item.id: item.version for item in comparators()},
        )
        scored = beside.submit(_write_scored, cells, fitted, context, folder)
        strata = beside.submit(write_strata, compared_profiles(warehouse), dlp, folder)
        written += write_members(warehouse, dlp, folder)
        written += write_event_quarters(warehouse, dlp, folder)
        masked = write_masking(warehouse, dlp, folder, backgrounds.result(), of_cases)
        written += [background.result()[0] for background in fitted] + masked + scored.result() + strata.result()
    return written


def _fitted(
    counted: Future[Backgrounds], name: str, named: Things, dlp: str, folder: Path
) -> tuple[WrittenFile, list[FittedPrior]]:
    """Write the pairs of one comparator's background and fit its priors."""
    pairs, path = counted.result().of(name), folder / f"pair_count-{name}.parquet"
    n_rows = write_rows(PAIR_COUNT, pair_rows(pairs, named, dlp, name), path)
    return ("pair_count", name, path, n_rows), [fit_background(pairs, named, name, *kind) for kind in KINDS]


def _write_scored(
    cells: pa.Table, fitted: Sequence[Future[tuple[WrittenFile, list[FittedPrior]]]], context: Context, folder: Path
) -> Written:
    """Write the rows of signal and of prior."""
    priors = [prior for background in fitted for prior in background.result()[1]]
    without = [FittedPrior.none(item.id, *kind) for item in comparators() if not item.has_prior for kind in KINDS]
    rows = [prior.row(context.as_of, context.versions[prior.comparator]) for prior in priors]
    tables = {
        SIGNAL: signal_table(cells, [*priors, *without], context),
        PRIOR: pa.Table.from_pylist(rows, arrow_schema(PRIOR)),
    }
    paths = {table: folder / f"{table.name}.parquet" for table in tables}
    return [(table.name, None, paths[table], write_rows(table, rows, paths[table])) for table, rows in tables.items()]


def _coverage(warehouse: Warehouse) -> dict[tuple[str, str], tuple[int, list[str]]]:
    rows = warehouse.arrow("SELECT endpoint, scope, n_present, absent FROM endpoint_coverage").to_pylist()
    return {(row["endpoint"], row["scope"]): (row["n_present"], row["absent"]) for row in rows}


def _keep(lake: Lake, written: Written, dlp: str, run: Run) -> None:
    for name, against, path, n_rows in written:
        partition = {"as_of": dlp} | ({"comparator": against} if against else {})
        lake.commit(name, partition, path, run, n_rows)


def _show(lake: Lake, warehouse: Warehouse, dlp: str, folder: Path) -> None:
    """The signal and prior just written, or, once they are in the lake, from there."""
    for table in (SIGNAL, PRIOR):
        path = folder / f"{table.name}.parquet"
        if path.exists():
            warehouse.show_parquet(table, path, {"as_of": dlp})
        else:
            mount_mart(lake, warehouse, dlp, table.name)


def _describe(report: StepReport, warehouse: Warehouse, resolved: StepReport) -> None:
    report.details["prior"] = warehouse.arrow(
        "SELECT * FROM prior ORDER BY comparator, event_kind DESC, scope DESC"
    ).to_pylist()
    counts = warehouse.arrow(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE is_signal) AS signals, "
        "count(*) FILTER (WHERE is_ic_positive) AS ic_positive, count(*) FILTER (WHERE NOT is_assessable) AS not_assessable "
        "FROM signal"
    ).to_pylist()[0]
    report.counts = counts | {"waterfall": resolved.counts["waterfall"]}
    report.counts["cases_by_product"] = dict(
        warehouse.rows("SELECT product, max(a + b) FROM signal GROUP BY product ORDER BY product")  # type: ignore[arg-type]
    )


def _export(warehouse: Warehouse, out: Path, chosen: dict[str, list[str]]) -> list[str]:
    """signal.parquet and signal.csv for the products and comparators chosen."""
    query = "SELECT * FROM signal WHERE true"
    for column, values in (("product", chosen["products"]), ("comparator", chosen["comparators"])):
        if values:
            query += f" AND {column} IN (SELECT unnest(${column}s))"
    query += " ORDER BY product, event_kind, event, scope DESC, comparator"
    return export_files(warehouse, {"signal.parquet": query, "signal.csv": query}, out, chosen)

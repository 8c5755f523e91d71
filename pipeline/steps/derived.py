"""Steps whose tables are worked out from current signals alone: computed once, kept whole, shown for the products chosen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings, code_version
from pipeline.contract.model import Table
from pipeline.lake.delta import Lake, Run, open_lake
from pipeline.lake.snapshot import mount_core, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.cases import caveats_of
from pipeline.steps.export import export_files
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id
from pipeline.steps.runs import is_current, record_run
from pipeline.steps.signals import WRITTEN, compute_signals
from pipeline.steps.terms import show_vocabulary
from pipeline.vocabulary.products import product

Written = list[tuple[Table, Path, int]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The products whose rows are shown; all where none is named."""

    products: tuple[str, ...]

    def of(self, query: str, order: str | None = None) -> str:
        """The query, which ends in a condition, for these products; in that order where one is given."""
        narrowed = f"{query} AND product IN (SELECT unnest($products))" if self.products else query
        return f"{narrowed} ORDER BY {order}" if order else narrowed

    def rows(self, warehouse: Warehouse, query: str, order: str | None = None) -> list[dict[str, object]]:
        """What the query finds for these products."""
        found: list[dict[str, object]] = warehouse.arrow(self.of(query, order), self.parameters()).to_pylist()
        return found

    def parameters(self) -> dict[str, object]:
        """What the query's text has no place for."""
        return {"products": list(self.products)}


@dataclass(frozen=True, slots=True)
class Derived:
    """What tells one such step from another.

    doing: what it does, for progress. read: marts it reads. parameters: what was chosen, for its run id. write: makes
    each of tables in a folder from the data shown as of then. describe: fills counts and details of the report.
    exports: ordered queries by file name. meaning: what is said with every run.
    """

    name: str
    doing: str
    tables: tuple[Table, ...]
    read: tuple[str, ...]
    parameters: Callable[[Settings], Mapping[str, object]]
    write: Callable[[Lake, Warehouse, str, Path], Written]
    describe: Callable[[StepReport, Warehouse, Chosen], None]
    exports: Callable[[Chosen], Mapping[str, str]]
    meaning: str


def compute_derived(
    step: Derived,
    settings: Settings,
    as_of: str | None,
    *,
    only_products: Sequence[str],
    out: Path | None,
    signals: StepReport | None,
    progress: Progress,
) -> StepReport:
    """The tables of a step, computing the signals first where they are not current.

    The lake always gets the whole tables; only_products, generic names, choose what out and the report show. signals:
    the report of signals that this process has just found current; they are computed again where the lake no longer
    holds them. Left alone where the signals and the code are unchanged. UsageError for an unknown product.
    """
    watch = Stopwatch()
    chosen = Chosen(tuple(product(name).id for name in only_products))
    lake = open_lake(settings)
    if signals is None or not is_current(lake, WRITTEN, str(signals.as_of), signals.run_id):
        signals = compute_signals(settings, signals.as_of if signals else as_of, progress=progress)
    dlp = str(signals.as_of)
    parameters = {"as_of": dlp, **step.parameters(settings)}
    own_id = run_id(step.name, signals.run_id, parameters)
    report = StepReport(step.name, own_id, dlp, signals.inputs, [lake.uri(table.name) for table in step.tables])
    with lake.staging(f"{step.name}-{dlp}") as folder, Warehouse(settings) as warehouse:
        if is_current(lake, _names(step), dlp, own_id):
            report.warnings.append(f"{step.name.capitalize()} as of {dlp} is unchanged: nothing was computed again.")
        else:
            progress(f"{dlp} {step.doing}")
            show_vocabulary(settings, lake, warehouse)
            _compute(step, lake, warehouse, folder, report)
        mount_mart(lake, warehouse, dlp, *_names(step))
        step.describe(report, warehouse, chosen)
        record_run(settings, report, parameters)
        if out is not None:
            report.outputs = export_files(warehouse, step.exports(chosen), out, chosen.parameters())
    report.warnings += [*caveats_of(settings, lake, dlp), step.meaning]
    report.seconds = watch.seconds()
    return report


def _names(step: Derived) -> tuple[str, ...]:
    return tuple(table.name for table in step.tables)


def _compute(step: Derived, lake: Lake, warehouse: Warehouse, folder: Path, report: StepReport) -> None:
    """Work out every table, then make them current."""
    dlp, run = str(report.as_of), Run(step.name, report.run_id, code_version())
    mount_core(lake, warehouse, dlp)
    mount_mart(lake, warehouse, dlp, *step.read)
    for table, path, n_rows in step.write(lake, warehouse, dlp, folder):
        lake.commit(table.name, {"as_of": dlp}, path, run, n_rows)

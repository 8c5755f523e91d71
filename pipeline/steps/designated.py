"""Designated events as of a data-lock point: each that appears opens its signal, and what changes later is recorded."""

from collections.abc import Iterable, Iterator

from pipeline.cases.designated import designated_cases
from pipeline.cohort.designated import designated_patients
from pipeline.config import Settings
from pipeline.contract.study import PATIENT_TABLES
from pipeline.contract.tables import table as declared
from pipeline.errors import NothingThere
from pipeline.governance.designated import OWN_COHORT, REPORTS, Found, Outcome, Recorded, counted, record_found
from pipeline.governance.store import SYSTEM, Row, open_store
from pipeline.lake.delta import Lake, open_lake
from pipeline.lake.snapshot import files_as_of, mount_mart
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.governing import reported
from pipeline.steps.looksnapshot import described, published_point, study_snapshot
from pipeline.steps.ownmarks import marks
from pipeline.steps.result import Progress, StepReport, Stopwatch, silent
from pipeline.steps.signals import compute_signals
from pipeline.steps.study import asked_of, study_tables

MARTS, OUTCOME = ("case_current", "product_event_case"), "case_outcome"


def watch_designated(
    settings: Settings, as_of: str | None = None, cutoff: str | None = None, progress: Progress = silent
) -> StepReport:
    """Hold the designated events of both worlds against the signals there are, in one transaction, as the system.

    as_of: data-lock point of the reports, cutoff: of the studies; by default the newest of each. A world of which the lake
    holds nothing is left aside, unless its point was asked for. The signal table as of then is computed where it is not
    current. The same data again change nothing. NothingThere where the lake holds neither world, or not as of then.
    """
    watch, store, lake = Stopwatch(), open_store(settings), open_lake(settings)
    found = list(_asked(settings, lake, as_of, cutoff, progress))
    if not found:
        raise NothingThere(
            f"The lake {lake.root} holds neither reports nor a study: run 'cartwatch ingest faers' or 'ingest registry'."
        )
    with store.writing(SYSTEM) as writing:
        done = [(one, record_found(writing, one)) for one in found]
    report = reported("signal watch", store, {"as_of": as_of, "cutoff": cutoff}, watch)
    report.as_of = ", ".join(sorted({one.dlp for one in found}))
    rows = [_told(one, became) for one, became in done if one.is_there or became.outcome is not Outcome.UNCHANGED]
    report.details["events"] = rows
    report.counts |= {f"n_{outcome}": sum(row["outcome"] == outcome for row in rows) for outcome in Outcome}
    left = unrecorded(done)
    report.details["unrecorded"] = left
    report.warnings += [row["sentence"] for row in left]
    report.seconds = watch.seconds()
    return report


def unrecorded(done: Iterable[tuple[Found, Recorded]]) -> list[Row]:
    """Events that were not written, for a person decides first; each as pipeline.steps.awaiting tells a signal, not waiting."""
    return [_unrecorded(one, became) for one, became in done if became.outcome is Outcome.TOLD]


def _asked(
    settings: Settings, lake: Lake, as_of: str | None, cutoff: str | None, progress: Progress
) -> Iterator[Found]:
    if as_of or lake.files("report_version"):
        yield from _of_reports(settings, lake, published_point(lake, as_of), progress)
    if cutoff or lake.files("study_subject"):
        yield from _of_studies(settings, lake, cutoff, progress)


def _of_reports(settings: Settings, lake: Lake, dlp: str, progress: Progress) -> Iterator[Found]:
    computed = compute_signals(settings, dlp, progress=progress)
    progress(f"designated events as of {dlp}")
    with Warehouse(settings) as warehouse:
        mount_mart(lake, warehouse, dlp, *MARTS)
        warehouse.show_files(declared(OUTCOME), files_as_of(lake, OUTCOME, dlp))
        held = designated_cases(warehouse)
    files = {name: lake.files(name, {"as_of": dlp}) for name in MARTS} | {OUTCOME: files_as_of(lake, OUTCOME, dlp)}
    tables = {name: described(lake, name, held_files) for name, held_files in files.items()}
    snapshot = {"run_id": computed.run_id, "tables": tables}
    own = {int(row["case_id"]) for row in marks(lake, dlp)}
    for (product, endpoint), cases in held.items():
        counts = {"n_cases": len(cases.case_ids), "n_fatal": cases.n_fatal}
        counts |= {OWN_COHORT: n_own} if (n_own := len(own & set(cases.case_ids))) else {}
        yield Found(product, endpoint, REPORTS, dlp, counts, cases.case_ids, cases.received_on, snapshot)


def _of_studies(settings: Settings, lake: Lake, cutoff: str | None, progress: Progress) -> Iterator[Found]:
    """Every study at its newest cut-off; at the one given, those that are held as of it."""
    held: dict[str, list[str]] = {}
    for file in lake.files("study_subject"):
        held.setdefault(file.partition["study_id"], []).append(file.partition["as_of"])
    chosen = {study: cutoff or max(points) for study, points in held.items() if cutoff is None or cutoff in points}
    if not chosen:
        points = sorted({point for listed in held.values() for point in listed})
        raise NothingThere(f"No study is held as of {cutoff}: the cut-offs held are {', '.join(points) or 'none'}.")
    for study, point in sorted(chosen.items()):
        progress(f"designated events of {study} as of {point}")
        asked = asked_of(lake, study, point)
        with Warehouse(settings) as warehouse:
            patients = designated_patients(study_tables(lake, warehouse, asked))
        snapshot = study_snapshot(lake, [table.name for table in PATIENT_TABLES], asked.partition)
        for (product, endpoint), counts in patients.items():
            yield Found(product, endpoint, study, point, counts, snapshot=snapshot)


def _told(one: Found, became: Recorded) -> Row:
    return {
        "product": one.product,
        "endpoint": one.endpoint,
        "source": one.source,
        "as_of": one.dlp,
        "held": counted(one.counts, one.source),
        "n_added": became.n_added,
        "n_withdrawn": became.n_withdrawn,
        "outcome": str(became.outcome),
        "signal_id": became.signal.id if became.signal else None,
    }


def _unrecorded(one: Found, became: Recorded) -> Row:
    held = became.signal
    return {
        "signal_id": None if held is None else held.id,
        "version": None if held is None else held.version,
        "state": None if held is None else held.state,
        "is_waiting": False,
        "kind": "designated_event_unrecorded",
        **{name: getattr(one, name) for name in ("product", "endpoint", "source", "dlp")},
        "counts": dict(one.counts),
        "headline": f"designated event {one.endpoint} with {one.product} as of {one.dlp}, not recorded",
        "sentence": _warning(one, became),
    }


def _warning(one: Found, became: Recorded) -> str:
    """What could not be recorded, for a person decides first."""
    held = became.signal
    stands = "" if held is None else f"signal {held.id} is {held.state}"
    waits = " and a decision on it waits for signatures" if held is not None and held.pending is not None else ""
    return (
        f"{one.endpoint} with {one.product} as of {one.dlp}: {counted(one.counts, one.source)}, "
        f"{became.n_added} new and {became.n_withdrawn} no longer counted, but {stands}{waits}: nothing was written; "
        "see whether it is to be reopened."
    )

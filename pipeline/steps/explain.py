"""Why a number changed between two data-lock points: every cell's change, case by case, one reason each."""

import dataclasses
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.explanation import first_cases, start
from pipeline.cases.explanationchain import Chain, Earlier
from pipeline.cases.explanationkept import (
    StoredNumber,
    data_hash,
    show_stored_cells,
    stored_number,
    stored_vocabulary,
)
from pipeline.cases.explanationparts import CELLS, REASONS, Cells, Part
from pipeline.cases.explanationside import Question, Side, shown_vocabulary
from pipeline.cases.meddra import chosen_version
from pipeline.cases.resolution import resolve
from pipeline.config import Settings
from pipeline.contract.mart import CASE_CURRENT, WATERFALL
from pipeline.contract.tables import table as declared
from pipeline.errors import NothingThere, UsageError
from pipeline.lake.delta import Lake, StoredFile, open_lake
from pipeline.lake.snapshot import CORE, data_lock_point, files_of_editions, labels_as_of, mount_mart, refuse_mixture
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.cases import caveats_of, is_resolved, resolution_id
from pipeline.steps.export import building, swap
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.runs import record_run
from pipeline.steps.terms import show_vocabulary, terms_parameters
from pipeline.vocabulary.choices import comparator as comparator_of
from pipeline.vocabulary.endpoints import SCOPES
from pipeline.vocabulary.formernames import current_term
from pipeline.vocabulary.products import product as product_of
from pipeline.vocabulary.versions import Vocabulary

Pins = Sequence[tuple[str, str]]
CHANGES = (
    "SELECT reason, case_id, from_cell, to_cell, changed_fields, from_quarter, from_report_id, to_quarter, to_report_id "
    "FROM case_change ORDER BY list_position($order, reason), case_id"
)


def explain(
    settings: Settings,
    product: str,
    event: str,
    from_quarter: str,
    to_quarter: str | None = None,
    *,
    scope: str = "narrow",
    comparator: str = "all",
    from_versions: Pins = (),
    to_versions: Pins = (),
    from_run: str | None = None,
    out: Path | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Decompose the change of the cells a, b, c, d of one product and event between two data-lock points.

    The earlier number is the one stored by the last run of signals as of then, or by from_run. It is counted again with
    today's code and its own vocabulary, with today's vocabulary, and then as of the later quarter. Nothing of the lake
    changes but its run table. out: folder for every part and every case id. NothingThere for a term nobody reported;
    CartwatchError where the parts do not add up or a stored number of this very code cannot be counted again.
    """
    watch = Stopwatch()
    points = _points(Lake(settings.lake), from_quarter, to_quarter)
    chosen = [dataclasses.replace(settings, data_versions=tuple(pins)) for pins in (from_versions, to_versions)]
    lakes = [open_lake(item) for item in chosen]
    with Warehouse(settings) as warehouse, tempfile.TemporaryDirectory(dir=settings.temp_directory) as folder:
        show_vocabulary(settings, lakes[0], warehouse)
        today = shown_vocabulary(warehouse)
        question = _question(product, event, scope, comparator, today)
        chain = Chain(warehouse, question, today, settings.with_duplicates, progress)
        start(warehouse)
        earlier = _earlier(chosen[0], warehouse, question, points[0], from_run, today, Path(folder) / "from")
        later = side_of(chosen[1], points[1], labels_as_of(lakes[1], points[1]), Path(folder) / "to")
        first, parts, last = chain.explain(earlier, later)
        _refuse_unknown(warehouse, question, first, last)
        chain.check_stored_end(stored_number(lakes[1], warehouse, question, points[1]), later, last)
        report = _report(settings, question, earlier, later)
        _describe(report, warehouse, (first, last), parts, earlier.number)
        report.warnings = [
            *chain.warnings,
            *_told_of_quarters(earlier.side, later),
            *caveats_of(chosen[1], lakes[1], points[1]),
        ]
        if out is not None:
            report.outputs = _export(warehouse, out, report)
    record_run(settings, report, question.parameters | {"from": points[0], "to": points[1]})
    report.seconds = watch.seconds()
    return report


def _points(lake: Lake, from_quarter: str, to_quarter: str | None) -> tuple[str, str]:
    earlier, later = data_lock_point(lake, from_quarter), data_lock_point(lake, to_quarter)
    if later < earlier:
        raise UsageError(f"The change from {earlier} to {later} runs backwards: give the earlier quarter first.")
    return earlier, later


def _question(product: str, event: str, scope: str, comparator: str, today: Vocabulary) -> Question:
    """The question in the vocabulary's own words; an event that is no endpoint is a preferred term."""
    if scope not in SCOPES:
        raise UsageError(f"There is no scope {scope!r}: choose narrow or broad.")
    of, against = product_of(product).id, comparator_of(comparator).id
    if event in today.endpoint_versions():
        return Question(of, event, "endpoint", scope, against)
    return Question(of, current_term(event), "pt", None, against)


def _refuse_unknown(warehouse: Warehouse, question: Question, first: Cells, last: Cells) -> None:
    if not any((*first.values(), *last.values())):
        raise NothingThere(
            f"No case of either quarter stands on either side of {question.product} against {question.comparator}: "
            "choose another comparator."
        )
    if not any((first["a"], first["c"], last["a"], last["c"])) and not warehouse.rows("SELECT * FROM asked_event"):
        raise NothingThere(
            f"No report carries the preferred term {question.event!r}, and no endpoint has that id: look at the "
            "report's definitions for the endpoints."
        )


def _earlier(
    settings: Settings,
    warehouse: Warehouse,
    question: Question,
    as_of: str,
    run: str | None,
    today: Vocabulary,
    folder: Path,
) -> Earlier:
    """The side to begin with: the data, the vocabulary and the cases behind the number stored, as far as they were kept."""
    lake = open_lake(settings)
    number = stored_number(lake, warehouse, question, as_of, run)
    if number is None:
        return Earlier(side_of(settings, as_of, labels_as_of(lake, as_of), folder), None, today, has_cases=False)
    kept = number.vocabulary_hash
    then = today if kept in {None, today.content_hash} else stored_vocabulary(lake, warehouse, str(kept))
    has_cases = show_stored_cells(lake, warehouse, question, as_of, number)
    return Earlier(side_of(settings, as_of, number.editions, folder), number, then, has_cases)


def side_of(settings: Settings, as_of: str, editions: Mapping[str, str], folder: Path) -> Side:
    """The data of a data-lock point, read from these editions; NothingThere where the lake no longer holds one."""
    lake = open_lake(settings)
    shown = {name: _files(lake, name, editions) for name in CORE}
    refuse_mixture(shown)

    def show_core(warehouse: Warehouse) -> None:
        for name, files in shown.items():
            warehouse.show_files(declared(name), files)

    def show_cases(warehouse: Warehouse, is_today: bool) -> None:
        if is_today and editions == labels_as_of(lake, as_of) and is_resolved(lake, as_of, resolution_id(lake, as_of)):
            mount_mart(lake, warehouse, as_of, CASE_CURRENT.name, WATERFALL.name)
        else:
            folder.mkdir(exist_ok=True)
            if chosen_version(lake, settings.meddra):
                register_vocabulary(warehouse)  # whoever holds MedDRA, cases are resolved with the reviewed lists
            resolve(warehouse, as_of, folder)

    return Side(as_of, editions, show_core, show_cases, data_hash(shown))


def _files(lake: Lake, name: str, editions: Mapping[str, str]) -> list[StoredFile]:
    files = files_of_editions(lake, name, editions)
    lost = sorted(set(editions) - {file.partition["quarter"] for file in files})
    if lost:
        told = ", ".join(f"{quarter} {editions[quarter]}" for quarter in lost)
        raise NothingThere(f"The lake {lake.root} lacks {name} of {told}: ingest those archives again.")
    return files


def _report(settings: Settings, question: Question, earlier: Earlier, later: Side) -> StepReport:
    sides = (earlier.side, later)
    inputs = [
        f"{side.as_of}: {quarter} {edition}" for side in sides for quarter, edition in sorted(side.editions.items())
    ]
    asked = question.parameters | {
        "points": [side.as_of for side in sides],
        "begun": earlier.number.run_id if earlier.number else None,
        "with_duplicates": settings.with_duplicates,
    }
    content = [side.data_hash for side in sides]
    own_id = run_id("explain", content, asked | terms_parameters(settings, Lake(settings.lake)))
    return StepReport("explain", own_id, later.as_of, inputs)


def _describe(
    report: StepReport,
    warehouse: Warehouse,
    ends: tuple[Cells, Cells],
    parts: Sequence[Part],
    number: StoredNumber | None,
) -> None:
    """The table a reader sees: the earlier cells, each reason's change, the later cells; then the first case ids."""
    report.counts = {
        "from": dict(ends[0]),
        "to": dict(ends[1]),
        "parts": [dataclasses.asdict(part) | {"change": part.change} for part in parts],
    }
    report.details = {
        "from_run": dataclasses.asdict(number) if number else None,
        "reasons": {part.reason: REASONS[part.reason] for part in parts},
        "cases": first_cases(warehouse),
    }


def _told_of_quarters(earlier: Side, later: Side) -> list[str]:
    """Quarters loaded since, and quarters whose archive was issued again."""
    late = sorted(quarter for quarter in set(later.editions) - set(earlier.editions) if quarter <= earlier.as_of)
    again = sorted(
        quarter for quarter, edition in earlier.editions.items() if later.editions.get(quarter, edition) != edition
    )
    told = [f"The lake did not hold {', '.join(late)} when the earlier number was counted."] if late else []
    return told + ([f"FDA issued {', '.join(again)} again between the two numbers."] if again else [])


def _export(warehouse: Warehouse, out: Path, report: StepReport) -> list[str]:
    """Every part and every case, whole or not at all."""
    names = ("explained_case.parquet", "explained_case.csv", "explanation.csv")
    with building(out) as folder:
        for name in names[:2]:
            warehouse.export(CHANGES, folder / name, {"order": list(REASONS)})
        (folder / names[2]).write_text(_csv(report), encoding="utf-8", newline="\n")
        return [str(swap(folder / name, out / name)) for name in names]


def _csv(report: StepReport) -> str:
    """One row for each reason and cell, between the two numbers themselves."""
    parts = report.counts["parts"]
    rows = [["reason", "cell", "entered", "left", "without_case_ids", "change"]]
    rows += [["from", cell, "", "", "", str(n)] for cell, n in _cells(report, "from")]
    for part in parts if isinstance(parts, list) else []:
        rows.append([str(part[name]) for name in ("reason", "cell", "entered", "left", "unlisted", "change")])
    rows += [["to", cell, "", "", "", str(n)] for cell, n in _cells(report, "to")]
    return "".join(f"{','.join(row)}\n" for row in rows)


def _cells(report: StepReport, name: str) -> list[tuple[str, int]]:
    cells = report.counts[name]
    return [(cell, cells[cell]) for cell in CELLS] if isinstance(cells, dict) else []

"""A look or a report made again from the data it read, held against what was kept, and every difference explained."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.config import Settings, code_version
from pipeline.contract.ledger import RUN
from pipeline.errors import NothingThere
from pipeline.governance.judging import judged_look
from pipeline.governance.ledger import DONE, DueLook, LookRow, looks_of, plan_of
from pipeline.governance.ledger import look as held_look
from pipeline.governance.plan import Plan
from pipeline.governance.store import open_store
from pipeline.lake.delta import open_lake
from pipeline.lake.warehouse import Warehouse
from pipeline.steps.export import building, file_hashes, swap
from pipeline.steps.looksnapshot import differing, version_read
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.steps.surveillance import seen_of
from pipeline.vocabulary.files import vocabulary_version
from pipeline.vocabulary.versions import endpoint_version

COMPARED = ("observed", "expected", "statistic", "critical_value", "alpha_spent", "decision")
STUDY_REPORT = "study report"
REPORTS = ("report", STUDY_REPORT)
Difference = dict[str, Any]


def reproduce(settings: Settings, what: str, out: Path, progress: Progress = silent) -> StepReport:
    """Make a look (plan:number) or a report (its run id) again into out, from the data as they were read then.

    Each file and number is held against what was kept; `differences` says what is not the same and why: the data, the
    vocabulary or the code. NothingThere for a look or run that is not on record.
    """
    watch = Stopwatch()
    is_look = ":" in what
    found = _look_again(settings, what, progress) if is_look else _report_again(settings, what, out, progress)
    report = StepReport("reproduce", run_id("reproduce", what, found["versions"]), found["as_of"])
    report.counts = {
        "reproduced": what,
        "is_same": not found["differences"],
        "n_differences": len(found["differences"]),
    }
    report.details["differences"] = found["differences"]
    report.outputs = [*found["outputs"], str(_told(found, what, out))]
    if found["differences"]:
        report.warnings.append("Not the same: " + "; ".join(_sentence(one) for one in found["differences"]) + ".")
    report.seconds = watch.seconds()
    return report


def _look_again(settings: Settings, look_id: str, progress: Progress) -> dict[str, Any]:
    store = open_store(settings)
    with store.reading() as connection:
        kept, plan = held_look(connection, look_id), plan_of(connection, look_id)
        held = looks_of(connection, plan.id)
    if kept.status != DONE:
        raise NothingThere(f"Look {look_id} was {kept.status}: {kept.note}. There is nothing to make again.")
    versions = pinned(kept.snapshot["tables"])
    then = dataclasses.replace(settings, table_versions=versions)
    study = kept.snapshot.get("study", {}).get("study_id")
    seen = seen_of(then, DueLook(plan, kept.number, kept.dlp), held, study, progress)
    again = judged_look(plan, held, kept.dlp, seen.counts, seen.snapshot, run_id=seen.run_id)
    causes = _causes(differing(kept.snapshot, again.snapshot), _words_changed(plan), kept.code_version)
    return {
        "as_of": kept.dlp,
        "kept": dataclasses.asdict(kept),
        "again": dataclasses.asdict(again),
        "versions": dict(versions),
        "differences": _differences(kept, again, causes),
        "outputs": [],
    }


def _differences(kept: LookRow, again: LookRow, causes: Sequence[str]) -> list[Difference]:
    pairs = [(name, getattr(kept, name), getattr(again, name)) for name in COMPARED]
    pairs += [(f"counts: {name}", kept.counts.get(name), again.counts.get(name)) for name in sorted(again.counts)]
    pairs += [(f"table {name}", "as read then", "other content") for name in differing(kept.snapshot, again.snapshot)]
    return [
        {"what": name, "kept": was, "again": now, "because": list(causes)} for name, was, now in pairs if was != now
    ]


def _report_again(settings: Settings, wanted: str, out: Path, progress: Progress) -> dict[str, Any]:
    row = _run_row(settings, wanted)
    asked, counts = json.loads(str(row["parameters"])), json.loads(str(row["counts"]))
    versions = pinned(asked["tables"])
    again_of = _study_report if row["step"] == STUDY_REPORT else _signal_report
    done = again_of(dataclasses.replace(settings, table_versions=versions), asked, out, progress)
    kept: dict[str, str] = counts["files"]
    again = file_hashes([Path(path) for path in done.outputs])
    causes = _causes([], asked["vocabulary_version"] != vocabulary_version(), str(row["code_version"]))
    differences = [
        {"what": name, "kept": kept.get(name), "again": again.get(name), "because": causes}
        for name in sorted({*kept, *again})
        if kept.get(name) != again.get(name)
    ]
    return {
        "as_of": row["as_of"],
        "kept": kept,
        "again": again,
        "versions": dict(versions),
        "differences": differences,
        "outputs": done.outputs,
    }


def _signal_report(settings: Settings, asked: Mapping[str, Any], out: Path, progress: Progress) -> StepReport:
    from pipeline.steps.report import write_report  # noqa: PLC0415 -- a look needs no charts

    then = dataclasses.replace(
        settings,
        data_versions=tuple((quarter, sha) for quarter, sha in asked["data_versions"]),
        with_duplicates=asked["with_duplicates"],
        meddra=asked["meddra"],
    )
    return write_report(
        then, asked["as_of"], product=asked["product"], formats=asked["formats"], out=out, progress=progress
    )


def _study_report(settings: Settings, asked: Mapping[str, Any], out: Path, progress: Progress) -> StepReport:
    from pipeline.steps.studyreport import write_study_report  # noqa: PLC0415 -- as above

    return write_study_report(
        settings,
        asked["as_of"],
        study_id=asked["study_id"],
        public=asked["public"],
        formats=asked["formats"],
        out=out,
        progress=progress,
    )


def _run_row(settings: Settings, wanted: str) -> dict[str, Any]:
    lake = open_lake(settings)
    files = lake.files(RUN.name, {"run_id": wanted})
    with Warehouse(settings) as warehouse:
        warehouse.show_files(RUN, files)
        rows = warehouse.arrow("SELECT * FROM run").to_pylist()
    if not rows:
        raise NothingThere(
            f"The lake {lake.root} has no run {wanted!r}: give the run id that a report prints, or a look as PLAN:NUMBER. A "
            "signal tracking report is made again by 'cartwatch signal tracking' over the same days, from the audit trail alone."
        )
    if rows[0]["step"] not in REPORTS:
        raise NothingThere(f"Run {wanted} is a run of {rows[0]['step']}: only reports and looks are made again.")
    found: dict[str, Any] = rows[0]
    return found


def pinned(tables: Mapping[str, Mapping[str, Any]]) -> tuple[tuple[str, int], ...]:
    """Tables and the versions of them that were read; of one that held nothing then nothing is read."""
    read = {name: version_read(kept) for name, kept in tables.items()}
    return tuple(sorted((name, version) for name, version in read.items() if version is not None))


def _words_changed(plan: Plan) -> bool:
    return str(endpoint_version(plan.endpoint)) != plan.endpoint_version


def _causes(tables: Sequence[str], words_changed: bool, by_code: str) -> list[str]:
    causes = [f"data: {', '.join(tables)}"] if tables else []
    causes += ["vocabulary"] if words_changed else []
    return causes + ([f"code: {by_code} then, {code_version()} now"] if by_code != code_version() else [])


def _sentence(one: Difference) -> str:
    return f"{one['what']} was {one['kept']}, is {one['again']} ({', '.join(one['because']) or 'cause not known'})"


def _told(found: Mapping[str, Any], what: str, out: Path) -> Path:
    """What was kept and what was made again, side by side, as a file."""
    name = f"reproduced-{what.replace(':', '-')}.json"
    content = {"reproduced": what, "code_version": code_version(), **{k: v for k, v in found.items() if k != "outputs"}}
    with building(out) as folder:
        made = folder / name
        text = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False, default=str)
        made.write_text(text + "\n", encoding="utf-8", newline="\n")
        return swap(made, out / name)

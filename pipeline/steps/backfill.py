"""A whole range of quarters brought into the lake side by side, and what that changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pipeline.config import Settings
from pipeline.contract.quarter import quarter_number
from pipeline.errors import CartwatchError
from pipeline.lake.snapshot import quarter_ranges
from pipeline.steps.impact import changes, holdings
from pipeline.steps.plan import Job, Plan, Refusal, free_bytes, planned
from pipeline.steps.result import StepReport, Stopwatch, run_id
from pipeline.steps.signals import compute_signals
from pipeline.steps.workers import Loaded, load_side_by_side, workers_for

FAULT = CartwatchError.exit_code


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a backfill has come: archives and bytes of text done, out of how many, and what is being done."""

    n_done: int
    n_all: int
    bytes_done: int
    bytes_all: int
    doing: str


@dataclass(frozen=True, slots=True)
class Backfilled:
    """The report of a backfill, and the error that ends the command where anything was refused."""

    report: StepReport
    error: CartwatchError | None


Watch = Callable[[Standing], None]


def unwatched(_: Standing) -> None:
    """Progress nobody watches."""


def backfill(
    settings: Settings,
    first: str,
    last: str,
    source: Path,
    *,
    workers: int | None = None,
    with_signals: bool = True,
    watch: Watch = unwatched,
) -> Backfilled:
    """Load the quarters from first to last that the folder holds and the lake lacks, then count as of the last one.

    What is current is left alone, so a run that was killed is taken up again by the same command. An archive that is
    damaged or refused keeps no other out; the error says at the end what each of them was.
    """
    clock = Stopwatch()
    plan = planned(settings, first, last, source)
    report = _opened(settings, plan, source)
    before = holdings(settings, plan.last)
    refused = list(plan.refused)
    seconds: dict[str, float] = {}
    for done in _loaded(settings, plan, workers_for(settings, workers, plan.jobs), watch):
        seconds |= dict.fromkeys(done.job.quarters, done.report.seconds if done.report else 0.0)
        _take_over(report, done, refused)
    if with_signals:
        watch(Standing(len(plan.jobs), len(plan.jobs), plan.n_bytes, plan.n_bytes, f"counting as of {plan.last}"))
        _count(settings, plan, report, refused)
    report.counts |= changes(before, holdings(settings, plan.last))
    _say_states(report, plan, refused, seconds)
    report.seconds = clock.seconds()
    return Backfilled(report, ending_error(refused))


def foretold(settings: Settings, first: str, last: str, source: Path, workers: int | None = None) -> Backfilled:
    """What a backfill would load, how big that is and about how long it would take; writes nothing."""
    clock = Stopwatch()
    plan = planned(settings, first, last, source)
    report = _opened(settings, plan, source)
    n_workers = workers_for(settings, workers, plan.jobs)
    report.counts["would_load"] = [
        {"quarter": ", ".join(job.quarters), "archive": job.path.name, "bytes": job.n_bytes} for job in plan.jobs
    ]
    report.counts |= {
        "workers": n_workers,
        "bytes": plan.n_bytes,
        "estimated_seconds": round(plan.seconds(n_workers)),
        "estimated_lake_bytes": plan.lake_bytes(),
        "free_bytes": free_bytes(settings),
    }
    report.seconds = clock.seconds()
    return Backfilled(report, ending_error(plan.refused))


def ending_error(refused: Iterable[Refusal]) -> CartwatchError | None:
    """One error that tells them all, of the kind with the lowest exit code, a bug of ours last; None for none."""
    told = sorted(refused, key=lambda one: one.where)
    if not told:
        return None
    kind = min((type(one.error) for one in told), key=lambda kind: (kind.exit_code == FAULT, kind.exit_code))
    return kind("\n".join(f"{one.where}: {one.error}" for one in told))


def _opened(settings: Settings, plan: Plan, source: Path) -> StepReport:
    """The report with what the plan already tells."""
    asked = {"from": plan.first, "to": plan.last}
    report = StepReport("backfill", run_id("backfill", sorted(plan.runs), asked), plan.last, [str(source)])
    report.outputs = [settings.lake]
    report.counts |= {"unchanged": plan.unchanged, "lacking": plan.lacking}
    if plan.lacking:
        ranges = quarter_ranges([quarter_number(quarter) for quarter in plan.lacking])
        report.warnings.append(f"{source} holds no readable archive of {ranges}: what they published will be missing.")
    if plan.lake_bytes() > free_bytes(settings):
        report.warnings.append(
            f"About {plan.lake_bytes() / 1e9:.1f} GB are needed and {free_bytes(settings) / 1e9:.1f} GB are free: "
            "make room, or load fewer quarters."
        )
    return report


def _loaded(settings: Settings, plan: Plan, workers: int, watch: Watch) -> Iterable[Loaded]:
    """Every archive as it is done, told to whoever watches."""
    n_done = bytes_done = 0
    watch(Standing(0, len(plan.jobs), 0, plan.n_bytes, f"loading with {workers} workers"))
    for done in load_side_by_side(settings, batches_of(plan.jobs), workers) if plan.jobs else ():
        n_done, bytes_done = n_done + 1, bytes_done + done.job.n_bytes
        watch(Standing(n_done, len(plan.jobs), bytes_done, plan.n_bytes, f"{', '.join(done.job.quarters)} done"))
        yield done


def batches_of(jobs: Iterable[Job]) -> list[list[Job]]:
    """Archives of one quarter follow each other, in the order given; the others go side by side."""
    batches: list[list[Job]] = []
    for job in jobs:
        same = next((batch for batch in batches if any({*job.quarters} & {*one.quarters} for one in batch)), None)
        if same is None:
            batches.append([job])
        else:
            same.append(job)
    return batches


def _take_over(report: StepReport, done: Loaded, refused: list[Refusal]) -> None:
    """What one archive's ingest had to say: broken rules, CAR-T rows in quarantine, its refusal."""
    if done.error is not None:
        refused.append(Refusal(", ".join(done.job.quarters), done.error))
    if done.report is None:
        return
    report.gate.extend(rule for rule in done.report.gate if not rule["passed"])
    report.warnings.extend(done.report.warnings)


def _count(settings: Settings, plan: Plan, report: StepReport, refused: list[Refusal]) -> None:
    """Cases and signals as of the last quarter; a lake that cannot be counted is told beside what else was refused."""
    try:
        counted = compute_signals(settings, plan.last)
    except CartwatchError as error:
        refused.append(Refusal(f"signals as of {plan.last}", error))
    else:
        report.warnings.extend(line for line in counted.warnings if line not in report.warnings)


def _say_states(report: StepReport, plan: Plan, refused: list[Refusal], seconds: dict[str, float]) -> None:
    """Each quarter of the range with what became of it."""
    rows = report.counts["quarters"]
    known = {str(row["quarter"]): row for row in rows} if isinstance(rows, list) else {}
    bad = {name for one in refused for name in one.where.split(", ")}
    states = dict.fromkeys(plan.lacking, "lacking") | dict.fromkeys(plan.unchanged, "unchanged")
    states |= {name: "refused" if name in bad else "loaded" for job in plan.jobs for name in job.quarters}
    states |= dict.fromkeys(bad & {*states}, "refused")
    report.counts["quarters"] = [
        {"quarter": name, "state": states[name], "seconds": seconds.get(name, 0.0), **known.get(name, {})}
        for name in sorted(states)
    ]
    report.details["refused"] = [{"where": one.where, "error": str(one.error)} for one in refused]

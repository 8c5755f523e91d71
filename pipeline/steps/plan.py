"""What a backfill has before it: the archives a folder holds, what the lake lacks of them, how much work that is."""

import itertools
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.config import ArchiveLimits, Settings
from pipeline.contract.quarter import quarter_name, quarter_number
from pipeline.errors import CartwatchError, InputRefused, LayoutChanged, NothingThere, UsageError
from pipeline.intake.archive import QuarterInput, is_faers_file, parsed_quarter, quarter_named, quarters_in
from pipeline.intake.faers import check_layout
from pipeline.intake.landing import sha256_of
from pipeline.lake.delta import Lake
from pipeline.lake.snapshot import CORE
from pipeline.steps.validation import RAW, ingest_run

INSIDE_AN_ARCHIVE = {"ascii", "deleted"}  # FDA's folders inside a zip
# Measured with benchmarks.scale on two cores: seconds for each started quarter and MiB of text, bytes of lake for each byte.
SECONDS_PER_QUARTER, SECONDS_PER_MIB, LAKE_BYTES_PER_BYTE = 2.0, 0.075, 0.75
MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Job:
    """One archive to load: a zip, or a folder of extracted files; n_bytes is the size of its text, unpacked."""

    quarters: tuple[str, ...]
    path: Path
    n_bytes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """One archive, or one quarter, that cannot become current, and the error that says why."""

    where: str
    error: CartwatchError


@dataclass(slots=True)
class Plan:
    """What has to be loaded, what is current already, what the folder lacks, and what is refused before it is read.

    runs: for each archive of the range its quarter and the id under which ingest commits these bytes with this code.
    """

    first: str
    last: str
    runs: list[tuple[str, str]] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def n_bytes(self) -> int:
        """Text to be read, unpacked."""
        return sum(job.n_bytes for job in self.jobs)

    def seconds(self, workers: int) -> float:
        """About how long loading takes with so many workers side by side; a guess from sizes."""
        return (SECONDS_PER_QUARTER * len(self.jobs) + SECONDS_PER_MIB * self.n_bytes / MIB) / workers

    def lake_bytes(self) -> int:
        """About how much the lake grows by: the archives as they came, and the raw and typed tables."""
        return int(self.n_bytes * LAKE_BYTES_PER_BYTE)


def planned(settings: Settings, first: str, last: str, source: Path) -> Plan:
    """Look at every archive of the range, at its names and headers only, and at what the lake holds.

    UsageError: a range that runs backwards. NothingThere: no archive of the range. An archive that is damaged or has an
    unknown layout is refused and keeps no other out.
    """
    plan = Plan(parsed_quarter(first), parsed_quarter(last))
    if plan.last < plan.first:
        raise UsageError(f"The range {plan.first} to {plan.last} runs backwards: give the earlier quarter with --from.")
    found, refused = _archives_in(source, settings.archive_limits)
    plan.refused = [refusal for refusal in refused if _is_in_range(plan, refusal.where)]
    given = [quarters for quarters in found if any(plan.first <= one.quarter <= plan.last for one in quarters)]
    if not given and not plan.refused:
        raise NothingThere(
            f"{source} holds no archive of {plan.first} to {plan.last}: fetch them with 'cartwatch fetch faers'."
        )
    for quarters in given:
        _refuse_others(plan, quarters)
    _sort_into(plan, given, _current_runs(Lake(settings.lake)))
    plan.lacking = _lacking(plan, given)
    return plan


def free_bytes(settings: Settings) -> int:
    """Room on the disk where the lake is, or will be."""
    root = Lake(settings.lake).root
    existing = next(folder for folder in (root, *root.parents) if folder.exists())
    return shutil.disk_usage(existing).free


def _archives_in(source: Path, limits: ArchiveLimits) -> tuple[list[list[QuarterInput]], list[Refusal]]:
    """The quarters of each zip and each folder of extracted files; what cannot be read is told, not raised."""
    if not source.exists():
        raise NothingThere(f"{source} does not exist: name the folder with FDA's archives.")
    found, refused = [], []
    for path in [source] if source.is_file() else [*_zips(source), *_extracted(source)]:
        try:
            found.append(quarters_in([path], limits))
        except (InputRefused, LayoutChanged) as error:
            refused.append(Refusal(path.name, error))
        except NothingThere:
            continue
    return found, refused


def _zips(source: Path) -> list[Path]:
    return sorted(path for path in _files(source) if path.suffix.lower() == ".zip")


def _extracted(source: Path) -> list[Path]:
    """Folders that hold extracted files, the outermost of each; FDA's own folders inside an archive belong together."""
    texts = {path.parent for path in _files(source) if is_faers_file(path.name)}
    homes = sorted({folder.parent if folder.name.lower() in INSIDE_AN_ARCHIVE else folder for folder in texts})
    outermost = [home for home in homes if not any(other != home and other in home.parents for other in homes)]
    for home in outermost:
        if _zips(home):
            raise UsageError(
                f"{home} holds extracted files beside zips: put the extracted ones into folders of their own."
            )
    return outermost


def _files(source: Path) -> Iterator[Path]:
    return (path for path in source.rglob("*") if path.is_file() and not path.is_symlink())


def _is_in_range(plan: Plan, name: str) -> bool:
    """Whether an archive that cannot be read may be of the range; one that names no quarter may."""
    told = quarter_named(name)
    return told is None or plan.first <= told <= plan.last


def _refuse_others(plan: Plan, quarters: list[QuarterInput]) -> None:
    """An archive is loaded whole or not at all."""
    others = [one.quarter for one in quarters if not plan.first <= one.quarter <= plan.last]
    if others:
        raise UsageError(
            f"{quarters[0].origin} also holds {', '.join(others)}, outside {plan.first} to {plan.last}: widen the range, "
            "or put each quarter into a folder of its own."
        )


def _sort_into(plan: Plan, given: list[list[QuarterInput]], current: set[tuple[str, str]]) -> None:
    """What is current needs nothing, what has an unknown layout is refused, the rest is loaded, earliest first."""
    for quarters in sorted(given, key=lambda one: (one[0].quarter, one[0].published, str(one[0].origin))):
        names = tuple(one.quarter for one in quarters)
        runs = [(one.quarter, ingest_run(one.quarter, sha256_of(one)).run_id) for one in quarters]
        plan.runs.extend(runs)
        if current.issuperset(runs):
            plan.unchanged.extend(names)
            continue
        try:
            for one in quarters:
                check_layout(one)
        except (InputRefused, LayoutChanged) as error:
            plan.refused.append(Refusal(", ".join(names), error))
        else:
            plan.jobs.append(Job(names, quarters[0].origin, sum(_size(one) for one in quarters)))


def _current_runs(lake: Lake) -> set[tuple[str, str]]:
    """Quarter and run of everything whose tables, raw and typed, all come from that one run."""
    tables = ("source_file", *RAW, *CORE)
    return set.intersection(
        *({(file.partition["quarter"], file.run_id) for file in lake.files(name)} for name in tables)
    )


def _size(quarter: QuarterInput) -> int:
    return sum(member.size for member in quarter.members)


def _lacking(plan: Plan, given: Iterable[list[QuarterInput]]) -> list[str]:
    """Quarters of the range that no readable archive of the folder is of."""
    there = {one.quarter for one in itertools.chain(*given)}
    span = range(quarter_number(plan.first), quarter_number(plan.last) + 1)
    return [quarter_name(at) for at in span if quarter_name(at) not in there]

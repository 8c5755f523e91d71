"""Archives loaded side by side, each in a process of its own, within one memory limit."""

import contextlib
import multiprocessing
import multiprocessing.connection
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace

from pipeline.config import Settings
from pipeline.errors import CartwatchError, LakeConflict, UsageError
from pipeline.lake.warehouse import EngineFault
from pipeline.steps.plan import Job
from pipeline.steps.result import StepReport

# Measured: what a process takes that loads a quarter, in all; and for each byte of the quarter's text.
PROCESS_BYTES, BYTES_PER_TEXT_BYTE = 450 * 1024**2, 2.4
UNITS = {"B": 1, "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4}
UNITS |= {"KIB": 1024, "MIB": 1024**2, "GIB": 1024**3, "TIB": 1024**4}
MEMORY_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?B)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of one archive: the report of its ingest, and the error that ended it, if one did."""

    job: Job
    report: StepReport | None
    error: CartwatchError | None = None


def memory_bytes(text: str) -> int:
    """A memory limit such as 1200MB or 12GiB, in bytes; UsageError for a text that is none."""
    found = MEMORY_FORM.fullmatch(text)
    if not found:
        raise UsageError(f"{text!r} is no memory limit: write CARTWATCH_MEMORY_LIMIT as 1200MB or 12GiB.")
    return int(float(found.group(1)) * UNITS[found.group(2).upper()])


def workers_for(settings: Settings, asked: int | None, jobs: Sequence[Job]) -> int:
    """How many processes: as many as asked for, else as cores and the memory limit allow; never more than archives.

    The memory of one is that of the largest archive, so that whatever runs side by side stays below the limit.
    """
    each = PROCESS_BYTES + BYTES_PER_TEXT_BYTE * max((job.n_bytes for job in jobs), default=0)
    room = int(memory_bytes(settings.memory_limit) // each)
    wanted = asked if asked is not None else min(os.cpu_count() or 1, room)
    return max(1, min(wanted, len(jobs)))


def share_of(settings: Settings, workers: int) -> Settings:
    """The settings of one of so many workers: its part of the memory and of the threads."""
    memory = memory_bytes(settings.memory_limit) // workers
    return replace(settings, memory_limit=f"{memory}B", threads=max(1, settings.threads // workers))


def load_side_by_side(settings: Settings, batches: Sequence[Sequence[Job]], workers: int) -> Iterator[Loaded]:
    """Load every archive, yielding each when it is done; archives of one batch follow each other in one process.

    What a CartwatchError ends keeps no other out. A process that is killed ends the run with LakeConflict: what was
    committed stays, and the next run goes on from there.
    """
    own = share_of(settings, workers)
    with _pool(workers) as pool:
        running: list[Future[list[Loaded]]] = [pool.submit(load_in_turn, own, batch) for batch in batches]
        try:
            for done in as_completed(running):
                yield from done.result()
        except BrokenProcessPool as error:
            raise LakeConflict(
                "A process that was loading a quarter was killed, most often because memory ran out: what was "
                "committed is kept; run this again with fewer --workers."
            ) from error


def load_in_turn(settings: Settings, jobs: Sequence[Job]) -> list[Loaded]:
    """Load archives one after the other; an error of ours is handed back with what the step had to say."""
    return [_load(settings, job) for job in jobs]


def _load(settings: Settings, job: Job) -> Loaded:
    from pipeline.steps.ingest import ingest  # noqa: PLC0415 -- in the process that loads, not in the one that waits

    try:
        return Loaded(job, ingest(settings, [job.path]))
    except CartwatchError as error:
        said = getattr(error, "report", None)
        return Loaded(job, said if isinstance(said, StepReport) else None, error)
    except (OSError, EngineFault) as error:  # a full disk, or too little memory for this one archive
        told = CartwatchError(f"{job.path.name} could not be loaded: {error}; free disk or memory and run this again.")
        return Loaded(job, None, told)


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that share no open file with this one; when the run is broken off, what has not begun never begins."""
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_begin_worker)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_worker() -> None:
    """Leave the keyboard to the parent, and end with it: a killed run must not go on writing."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent(exit_now: Callable[[int], object] = os._exit) -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        exit_now(1)

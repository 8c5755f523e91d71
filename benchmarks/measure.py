"""Run a command as a process of its own and read what the operating system says of it."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """One finished process: wall seconds, peak memory in MiB, what it said on its last line as JSON, and CPU seconds.

    cpu_seconds: of the process and of every process it waited for.
    """

    seconds: float
    peak_mib: float
    said: dict[str, float]
    cpu_seconds: float = 0.0


def run(*arguments: str) -> Measured:
    """Run python with these arguments; a failure stops the benchmark with the process's own words."""
    start = time.perf_counter()
    with subprocess.Popen([sys.executable, *arguments], stdout=subprocess.PIPE, text=True) as process:
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"benchmark process failed: {' '.join(arguments)}\n{output}")
    return Measured(
        time.perf_counter() - start, usage.ru_maxrss / 1024, _last_json(output), usage.ru_utime + usage.ru_stime
    )


def _last_json(output: str) -> dict[str, float]:
    lines = output.strip().splitlines()
    return dict(json.loads(lines[-1])) if lines and lines[-1].startswith("{") else {}


def median(values: list[float]) -> float:
    """The middle value; the mean of the two middle ones of an even number."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2

"""The command line of a coverage benchmark: cohorts asked for, a record with its claims, tables in the document."""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from benchmarks import coverage_methods
from benchmarks.__main__ import RECORD, machine
from benchmarks.coverage_tables import write_into_docs
from pipeline.config import code_version

Figure = dict[str, Any]
Drawn = TypeVar("Drawn")
PIECE = 50  # cohorts drawn at a time
LEAST_COHORTS = 1_000  # of a record that is kept


def measured(
    name: str,
    cohorts: int,
    quick: int,
    said: str | None,
    simulated: Callable[[int, int], Figure],
    as_tables: Callable[[Figure], str],
) -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only.

    The table of the study's methods, which reads all records, is written with it.

    name: of the benchmark and of its record. cohorts, quick: how many by default, and for a look. simulated: what the record
    says beyond code, machine, cohorts and seconds, from the number of cohorts and of processes.
    """
    parser = argparse.ArgumentParser(prog=f"benchmarks.{name}", description=said)
    parser.add_argument(
        "--quick", action="store_true", help="Few cohorts: a look, no figure to quote, nothing written."
    )
    parser.add_argument("--cohorts", type=int, default=cohorts)
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    if not asked.quick and asked.cohorts < LEAST_COHORTS:
        raise SystemExit(f"{asked.cohorts} cohorts were asked for: a record needs at least {LEAST_COHORTS:,}.")
    n, start = quick if asked.quick else asked.cohorts, time.perf_counter()
    record = {"code_version": code_version(), "machine": machine(), "cohorts": n} | simulated(n, asked.workers)
    record["seconds"] = round(time.perf_counter() - start, 1)
    tables = as_tables(record)
    print(tables)
    if not asked.quick:
        kept = json.loads(RECORD.read_text(encoding="utf-8"))
        RECORD.write_text(json.dumps(kept | {name: record}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_into_docs(name, tables)
        coverage_methods.write_table()
    failed = [claim for claim, holds in record["claims"].items() if not holds]
    if failed and not asked.quick:
        raise SystemExit(f"does not hold: {'; '.join(failed)}")


def in_pieces(drawn: Callable[[range], Drawn], seed: int, cohorts: int, workers: int) -> Iterator[Drawn]:
    """The cohorts in pieces; the pieces change nothing of the numbers."""
    pieces = [range(seed + at, seed + min(at + PIECE, cohorts)) for at in range(0, cohorts, PIECE)]
    if workers == 1:
        yield from map(drawn, pieces)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(drawn, pieces)

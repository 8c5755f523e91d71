"""The command line of a coverage benchmark: cohorts asked for, a record with its claims, tables in the document."""

import argparse
import json
from collections.abc import Callable
from typing import Any

from benchmarks.__main__ import RECORD

Figure = dict[str, Any]
LEAST_COHORTS = 1_000  # of a record that is kept


def measured(
    name: str,
    cohorts: int,
    quick: int,
    said: str | None,
    simulated: Callable[[int, int], Figure],
    as_tables: Callable[[Figure], str],
    write_into_docs: Callable[[Figure], None],
) -> None:
    """Simulate, write the record and the document; exit code 1 where a claim fails. With --quick, print only.

    name: of the benchmark and of its record. cohorts, quick: how many by default, and for a look.
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
    record = simulated(quick if asked.quick else asked.cohorts, asked.workers)
    print(as_tables(record))
    if not asked.quick:
        kept = json.loads(RECORD.read_text(encoding="utf-8"))
        RECORD.write_text(json.dumps(kept | {name: record}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        write_into_docs(record)
    failed = [claim for claim, holds in record["claims"].items() if not holds]
    if failed and not asked.quick:
        raise SystemExit(f"does not hold: {'; '.join(failed)}")

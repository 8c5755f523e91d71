"""`python -m benchmarks.peers`: the prior's fit, EBGM, EB05 and EB95 of the same pairs by us and by two peers.

Each side runs as a process of its own, one after the other, with a limit of memory and of time; a peer that needs more is
shown with the size at which it stopped. Merged into benchmarks/results.json under "peers" and written into docs/speed.md.
Give the interpreters of environments that hold the peers: --vigipy .../bin/python --open-altio .../bin/python.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import RECORD, machine
from benchmarks.generated_pairs import drawn, pair_table
from benchmarks.speedpage import write_into_docs
from pipeline.config import code_version

SIZES = {"100000": 22_500, "500000": 138_000, "2700000": 1_120_000}  # pairs, about: cases drawn
SIDE = Path(__file__).with_name("peer_side.py")
PEERS = ("vigipy", "open-altio")
LEAST_RATIO = 5.0
GIB = 1024**3


def main() -> None:
    """Measure every size, merge, write the table; exit code 1 where the fastest peer that finishes is too near."""
    asked = arguments()
    interpreters = {"ours": sys.executable, "vigipy": asked.vigipy, "open-altio": asked.open_altio}
    found = [measured(int(size), SIZES[size], interpreters, asked) for size in asked.sizes]
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    limits = {"memory_gib": asked.memory, "seconds": asked.seconds}
    kept = {one["asked_pairs"]: one for one in [*record.get("peers", {}).get("sizes", []), *found]}
    record["peers"] = {
        "machine": machine(),
        "code_version": code_version(),
        "limits": limits,
        "sizes": [kept[key] for key in sorted(kept)],
    }
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_into_docs(record)
    largest = record["peers"]["sizes"][-1]
    print(json.dumps(largest, indent=1))
    if largest["ratio"] is None or largest["ratio"] < LEAST_RATIO:
        raise SystemExit(f"at {largest['pairs']:,} pairs the fastest peer that finishes took {largest['ratio']} × ours")


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.peers", description=main.__doc__)
    parser.add_argument("--vigipy", help="Interpreter of an environment that holds vigipy.")
    parser.add_argument("--open-altio", help="Interpreter of an environment that holds open-altio (Python 3.12 on).")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="Pairs, about.")
    parser.add_argument("--seconds", type=float, default=900.0, help="Most seconds of one process.")
    parser.add_argument("--memory", type=float, default=12.0, help="Most GiB of one process.")
    return parser.parse_args()


def measured(size: int, cases: int, interpreters: dict[str, str | None], asked: argparse.Namespace) -> dict[str, Any]:
    """All sides over the same pairs; ratio: seconds of the fastest peer that finished, by ours."""
    pairs = pair_table(drawn(cases))
    with tempfile.TemporaryDirectory(prefix="cartwatch-peers-") as folder:
        path = Path(folder) / "pairs.npz"
        np.savez(path, **pairs._asdict())
        sides = {
            name: side(interpreter, name, path, asked.seconds, asked.memory)
            for name, interpreter in interpreters.items()
            if interpreter
        }
    finished = [sides[name]["seconds"] for name in PEERS if name in sides and "stopped_at" not in sides[name]]
    is_done = bool(finished) and "stopped_at" not in sides["ours"]
    return {
        "asked_pairs": size,
        "pairs": int(pairs.n.size),
        "cells": int(np.count_nonzero(pairs.drug_cases) * np.count_nonzero(pairs.event_cases)),
        "sides": sides,
        "ratio": round(min(finished) / sides["ours"]["seconds"], 1) if is_done else None,
    }


def side(interpreter: str, name: str, path: Path, seconds: float, gib: float) -> dict[str, Any]:
    """What one side said, or where it stopped."""
    room = int(gib * GIB)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (room, room))

    command = [interpreter, str(SIDE), name, str(path)]
    # Only ours needs the project; a peer's environment stays its own.
    own = {"PYTHONPATH": str(SIDE.parents[1])} if name == "ours" else {}
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            preexec_fn=limited,
            env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"} | own,
        )
    except subprocess.TimeoutExpired:
        return {"stopped_at": f"{seconds:.0f} s, the limit"}
    if done.returncode or not done.stdout.strip():
        told = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return {"stopped_at": told[:200]}
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    rounded = {key: round(value, 2) for key, value in said.items() if isinstance(value, float)}
    return said | rounded


if __name__ == "__main__":
    main()

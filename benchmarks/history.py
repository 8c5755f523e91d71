"""A history of FAERS of any size, written once and kept: cases come back in later quarters, change, and are withdrawn."""

import json
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

import numpy as np

from pipeline.demo.archive import read_manifest
from pipeline.demo.chance import Chance
from pipeline.demo.history import _latest, _next_roster, _withdraw
from pipeline.demo.quarter import write_roster
from pipeline.demo.quarters import name, ordinal
from pipeline.demo.roster import FOLLOW_UP_SHARE, LIVELY_VERSION, Roster, first_caseid, opening_roster

FIRST = "2004Q1"
SEED = 1
REMEMBERED = 12  # quarters after which only lively and CAR-T cases still come back: bounds time and memory
FOLLOWED_SHARE = FOLLOW_UP_SHARE / 2  # the other half is meant for lively cases, of which there are few
WRITERS = 2
AHEAD = 4  # quarters drawn but not yet written
UNKNOWN = 3  # case numbers on every list of withdrawn cases that no quarter holds


def history(folder: Path, cases: int, quarters: int) -> list[Path]:
    """The zips of the quarters from 2004Q1 on, with about that many distinct cases in all, oldest first.

    What is there from an earlier call with the same numbers is used again.
    """
    reports = reports_per_quarter(cases, quarters)
    asked = {"reports": reports, "quarters": quarters, "seed": SEED}
    done = folder / "history.json"
    if not done.exists() or json.loads(done.read_text()) != asked:
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.zip"):
            old.unlink()
        _write(folder, reports, quarters)
        done.write_text(json.dumps(asked))
    return sorted(folder.glob("*.zip"), key=lambda path: path.stem[-6:])


def reports_per_quarter(cases: int, quarters: int) -> int:
    """Reports in each quarter, so that the new cases of all add up."""
    return round(cases / (1 + (quarters - 1) * (1 - FOLLOWED_SHARE)))


def described(paths: list[Path]) -> dict[str, int]:
    """Reports, rows of the child tables, CAR-T report versions and bytes of these zips."""
    manifests = [read_manifest(path) for path in paths]
    return {
        "quarters": len(paths),
        "reports": sum(one.reports for one in manifests),
        "drug_rows": sum(one.records["drug"] for one in manifests),
        "reaction_rows": sum(one.records["reac"] for one in manifests),
        "car_t_reports": sum(sum(one.car_t.values()) for one in manifests),
        "zip_bytes": sum(path.stat().st_size for path in paths),
    }


def _write(folder: Path, reports: int, quarters: int) -> None:
    """Draw the quarters one after the other, write them side by side; never more than a few wait in memory."""
    chance, waiting = Chance(SEED), list[Future[Path]]()
    with ProcessPoolExecutor(WRITERS, multiprocessing.get_context("spawn")) as pool:
        for at, roster, withdrawn in _rosters(reports, quarters, chance):
            while len(waiting) > AHEAD:
                waiting.pop(0).result()
            waiting.append(pool.submit(write_roster, folder, at, roster, chance, quirks=False, withdrawn=withdrawn))
        for one in waiting:
            print(one.result().name, flush=True)


def _rosters(reports: int, quarters: int, chance: Chance) -> Iterator[tuple[int, Roster, list[int]]]:
    """Each quarter's number, its reports and its list of withdrawn cases, as pipeline.demo.history draws them."""
    start = ordinal(FIRST)
    pool = roster = opening_roster(start, reports, chance)
    yield start, roster, []
    for at in range(start + 1, start + quarters):
        gone, pool = _withdraw(_remembered(pool, at), at, chance)
        roster = _next_roster(pool, at, reports, chance)
        pool = _latest(pool, roster)
        listed = [*_unknown(at), *gone.tolist()]
        yield at, roster, [*listed, *listed[:1]]
    print(f"drawn to {name(at)}", flush=True)


def _remembered(pool: Roster, at: int) -> Roster:
    """Cases that may still come back."""
    young = pool.origin >= at - REMEMBERED
    return pool.take(np.flatnonzero(young | (pool.version >= LIVELY_VERSION) | (pool.product >= 0)))


def _unknown(at: int) -> list[int]:
    return [first_caseid(ordinal(FIRST)) - 100_000 - 10 * (at % 100) - number for number in range(UNKNOWN)]

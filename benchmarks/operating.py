"""`python -m benchmarks.operating`: how each decision rule behaves on simulated series whose truth is known.

Twenty worlds of FAERS-like reports (benchmarks.operating_world) are looked at after each of sixty quarters, every rule
is asked at every look, and the report's rule is chosen by a criterion that was written down first
(benchmarks.operating_choice). Into benchmarks/results.json under "operating", docs/operating.md with its picture, and
pipeline/signals/calibration.json, which the report quotes.
"""

import argparse
import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.__main__ import RECORD, machine
from benchmarks.operating_choice import CRITERION, chosen
from benchmarks.operating_crossing import PER_LOOK, crossing_curves
from benchmarks.operating_looks import Watched, together, watched
from benchmarks.operating_rules import RULES, Rule
from benchmarks.operating_summary import Figure, of_rule, rounded
from benchmarks.operating_tables import as_tables, calibration, write_calibration, write_docs
from benchmarks.operating_world import SEED, Design
from pipeline.config import code_version

VERSION = "2026-11-22"
WORLDS, WORKERS = 20, 2
QUICK = Design(
    n_quarters=12, n_background=80, n_watched=20, n_events=120, background_cases=150_000.0, onsets=(1, 5, 9),
    pairs_of_each=2,
)  # fmt: skip
QUICK_WORLDS, QUICK_PER_LOOK = 2, (0.02, 0.25, 1.0)


def simulated(
    design: Design, worlds: int, workers: int, per_look: tuple[float, ...], rules: tuple[Rule, ...] = RULES
) -> Figure:
    """The whole record: every figure of every rule, and the rule that the criterion chooses."""
    seeds = [SEED + number for number in range(worlds)]
    with ProcessPoolExecutor(workers) as pool:
        seen = together(list(pool.map(partial(watched, design), seeds)))
    figures = {rule.name: of_rule(rule, seen, design) for rule in rules}
    prior = next((prior for prior in seen.priors if prior is not None), None)
    for name, curve in crossing_curves(rules, prior, per_look, design.n_quarters).items():
        figures[name]["ever_crossing_curve"] = [rounded(value) for value in curve]
    return {
        "version": VERSION,
        "code_version": code_version(),
        "machine": machine(),
        "seed": SEED,
        "worlds": worlds,
        "design": design._asdict(),
        "null_pairs": int(seen.is_null.sum()),
        "injected_pairs": int((~seen.is_null).sum()),
        "priors": priors(seen),
        "per_look": list(per_look),
        "criterion": CRITERION,
        "chosen": chosen(figures),
        "rules": figures,
    }


def priors(seen: Watched) -> Figure:
    """Parameters fitted at the last look, least and most over the worlds; looks at which no prior was accepted."""
    fitted = [prior for prior in seen.priors if prior is not None]
    named = {
        name: [rounded(min(values)), rounded(max(values))]
        if (values := [getattr(one, name) for one in fitted])
        else None
        for name in ("alpha1", "beta1", "alpha2", "beta2", "p")
    }
    return named | {"looks_without": seen.n_refused}


def main() -> None:
    """Simulate, choose, write the record and the documents; with --quick, print only."""
    parser = argparse.ArgumentParser(prog="benchmarks.operating", description=main.__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="Small worlds: a look, no figure to quote, nothing written."
    )
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--workers", type=int, default=WORKERS)
    parser.add_argument("--json", type=Path, help="Write the record here instead of into the project.")
    asked = parser.parse_args()
    if asked.quick:
        record = simulated(QUICK, QUICK_WORLDS, asked.workers, QUICK_PER_LOOK)
    else:
        record = simulated(Design(), asked.worlds, asked.workers, PER_LOOK)
    print(as_tables(record))
    if asked.json:
        asked.json.write_text(text_of(record), encoding="utf-8")
    elif not asked.quick:
        keep(record)


def keep(record: Figure) -> None:
    """Put the record where the project holds it."""
    kept: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    RECORD.write_text(text_of(kept | {"operating": record}), encoding="utf-8")
    write_calibration(calibration(record))
    write_docs(record)


def text_of(record: Figure) -> str:
    """JSON as the project keeps it."""
    return json.dumps(record, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()

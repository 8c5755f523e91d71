"""`python -m benchmarks.splink_peer`: the same unseen cases through splink and through our SQL, each in its own process.

splink (Fellegi–Sunter on DuckDB, term-frequency adjustments) gets the same columns and blocks of the same kind. Its m
and u are estimated without labels on the training mixes, its threshold is the lowest that gives pairs a precision of
0.99 there; then both are frozen, as ours are. It is no dependency of the product: without it one sentence is said.
"""

import argparse
import importlib.util
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.duplicate_scores import Ints, cluster_of_both, score
from benchmarks.duplicates import UNSEEN_SEEDS, Figure, figures, judged, linked
from benchmarks.measure import run
from benchmarks.splink_model import LOWEST_WEIGHT, one_row_per_case, trained, weighed
from pipeline.demo.copies import Copies, copied_cases
from pipeline.demo.copies_mixes import TRAINING, UNSEEN

ABSENT = "splink is not installed here: install splink 5 beside the project to run the comparison."
CASES, TRAINING_CASES, TRAINING_SEEDS = 40_000, 5_000, (2, 3)
LEAST_PRECISION = 0.99
EVIDENCE = pa.schema(
    [("case_id", pa.int64()), ("other_case_id", pa.int64()), ("rule", pa.string()), ("is_merged", pa.bool_())]
)


def clustered(cases: Ints, pairs: pa.Table, threshold: float) -> Ints:
    """Connected components of the pairs at or above the threshold, one label per case; what splink's clustering gives."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    kept = pairs.filter(pa.array(pairs["weight"].to_numpy() >= threshold))
    one, other = (np.searchsorted(cases, kept[name].to_numpy()) for name in ("case_id", "other_case_id"))
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(cases), len(cases)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def precision(truth: Ints, cluster: Ints) -> float:
    """Share of the pairs in one cluster that are true; 1 where there is no pair."""
    pairs, true = (_pair_count(label) for label in (cluster, cluster_of_both(truth, cluster)))
    return true / pairs if pairs else 1.0


def _pair_count(label: Ints) -> int:
    sizes = np.unique(label, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def lowest_threshold(sets: list[tuple[Ints, Ints, pa.Table]]) -> float:
    """The lowest weight, in halves of a bit, whose clusters have the precision asked for in every training mix."""
    for threshold in np.arange(LOWEST_WEIGHT, 80, 0.5):
        if all(precision(truth, clustered(cases, pairs, threshold)) >= LEAST_PRECISION for cases, truth, pairs in sets):
            return float(threshold)
    raise SystemExit("no threshold gives splink the precision asked for")


def pooled(parts: list[pa.Table]) -> pa.Table:
    """Rows of several mixes as one set; case numbers are moved apart."""
    moved = [
        part.set_column(0, "unique_id", pa.array(part["unique_id"].to_numpy() + 10**9 * number))
        for number, part in enumerate(parts)
    ]
    return pa.concat_tables(moved).combine_chunks()


def learn(out: Path) -> Figure:
    """Train splink's model on all training mixes together, choose its threshold mix by mix, and keep both."""
    start = time.perf_counter()
    made = [copied_cases(seed, mix, TRAINING_CASES) for mix in TRAINING for seed in TRAINING_SEEDS]
    rows = [one_row_per_case(copies)[0] for copies in made]
    model = trained(pooled(rows))
    sets = [
        (copies.truth["case_id"].to_numpy(), copies.truth["event_id"].to_numpy(), weighed(part, model))
        for copies, part in zip(made, rows, strict=True)
    ]
    by_mix = [_joined(sets[at : at + len(TRAINING_SEEDS)]) for at in range(0, len(sets), len(TRAINING_SEEDS))]
    threshold = lowest_threshold(by_mix)
    out.write_text(json.dumps({"threshold": threshold, "model": model}), encoding="utf-8")
    return {"threshold": threshold, "seconds": round(time.perf_counter() - start, 1)}


def _joined(sets: list[tuple[Ints, Ints, pa.Table]]) -> tuple[Ints, Ints, pa.Table]:
    """The seeds of one mix as one set."""
    by = 10**9
    cases = np.concatenate([one + by * at for at, (one, _, _) in enumerate(sets)])
    truth = np.concatenate([one + by * at for at, (_, one, _) in enumerate(sets)])
    pairs = [
        pa.table(
            {
                "case_id": pair["case_id"].to_numpy() + by * at,
                "other_case_id": pair["other_case_id"].to_numpy() + by * at,
                "weight": pair["weight"],
            }
        )
        for at, (_, _, pair) in enumerate(sets)
    ]
    return cases, truth, pa.concat_tables(pairs)


def by_splink(copies: Copies, learnt: dict[str, Any]) -> tuple[Any, float]:
    """What splink's frozen model finds, and its recall had its threshold been chosen on these very cases."""
    rows, prepared = one_row_per_case(copies)
    start = time.perf_counter()
    pairs = weighed(rows, learnt["model"])
    cases, truth = copies.truth["case_id"].to_numpy(), copies.truth["event_id"].to_numpy()
    cluster = clustered(cases, pairs, learnt["threshold"])
    seconds = prepared + time.perf_counter() - start
    members = pa.table({"case_id": cases, "kept_case_id": cases[np.unique(cluster, return_index=True)[1][cluster]]})
    best = clustered(cases, pairs, lowest_threshold([(cases, truth, pairs)]))
    return judged(copies, EVIDENCE.empty_table(), members, seconds), score(truth, best).recall.value


def one_side(name: str, learnt: Path, n_cases: int) -> Figure:
    """Figures of one side over the unseen cases, in this process; of no side, only the cases are made."""
    copies = copied_cases(UNSEEN_SEEDS[0], UNSEEN, n_cases)
    if name == "none":
        one_row_per_case(copies)
        return {}
    if name == "ours":
        return figures(linked(copies))
    found, best = by_splink(copies, json.loads(learnt.read_text(encoding="utf-8")))
    return figures(found) | {"recall_at_its_best_threshold": round(best, 5)}


def compared(folder: Path, n_cases: int) -> Figure:
    """Both sides, each in a process of its own, beside one that only makes the cases (none) and its peak memory."""
    learnt = folder / "learnt.json"
    training = run("-m", "benchmarks.splink_peer", "--learn", str(learnt))
    record: Figure = {"training": training.said, "cases": n_cases}
    for name in ("none", "ours", "splink"):
        side = run("-m", "benchmarks.splink_peer", "--side", name, "--learnt", str(learnt), "--cases", str(n_cases))
        record[name] = {"peak_mib": round(side.peak_mib), **side.said}
    return record


def as_table(record: Figure) -> str:
    """Both sides beside each other, in Markdown."""
    lines = [
        "| | pairs: precision | recall | recall, fields there | seconds | peak memory, MiB |",
        "|---|---|---|---|---|---|",
    ]
    for name in ("ours", "splink"):
        side: Any = record[name]
        cells = [side["precision"], side["recall"], side["fields_there"]["recall"]]
        shown = " | ".join(f"{one['value']:.4f} ({one['low']:.4f}–{one['high']:.4f})" for one in cells)
        lines.append(f"| {name} | {shown} | {side['seconds']} | {side['peak_mib']} |")
    return "\n".join(lines)


def main() -> None:
    """Compare, or be one of the compared processes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--json", type=Path, help="write the record here")
    parser.add_argument("--learn", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--learnt", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if importlib.util.find_spec("splink") is None:
        sys.exit(ABSENT)
    if chosen.learn:
        print(json.dumps(learn(chosen.learn)))
    elif chosen.side:
        print(json.dumps(one_side(chosen.side, chosen.learnt, chosen.cases)))
    else:
        with tempfile.TemporaryDirectory(prefix="cartwatch-splink-") as folder:
            record = compared(Path(folder), chosen.cases)
        if chosen.json:
            chosen.json.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(as_table(record))


if __name__ == "__main__":
    main()

"""The whole history: `python -m benchmarks.scale --cases 5000000`, merged into benchmarks/results.json under "scale"."""

import argparse
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import RECORD, machine
from benchmarks.history import described, history
from benchmarks.measure import Measured, median, run
from pipeline.config import code_version

DOCS = Path(__file__).resolve().parents[1] / "docs" / "backfill.md"
OPENING, CLOSING = "<!-- scale: written by benchmarks.scale -->", "<!-- end of scale -->"
GROWTH_BOUND, SHARE_BOUND, MEMORY_BOUND = 1.3, 0.15, 12 * 1024
ENDS = 10  # quarters at each end that are compared
LOOK_SECONDS = 0.25
STEPS = "benchmarks.scalesteps"
MILLION = 1_000_000
FITTED = ("load", "resolve", "signals", "added_quarter")


def main() -> None:
    """Measure one size, merge it into the record, write the table; exit code 1 where a figure is over its bound."""
    asked = arguments()
    os.environ["CARTWATCH_MEMORY_LIMIT"] = asked.memory
    size = measured(asked.folder, asked.cases, asked.quarters, asked.memory)
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    record["scale"] = merged(record.get("scale", {}), size)
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_into_docs(as_table(record["scale"]))
    print(as_table(record["scale"]))
    over = [name for name, (value, bound) in bounded(size).items() if value > bound]
    if over:
        raise SystemExit(f"over its bound at {asked.cases:,} cases: {', '.join(over)}")


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=main.__doc__)
    parser.add_argument("--cases", type=int, default=5_000_000, help="Distinct cases of the whole history, about.")
    parser.add_argument("--quarters", type=int, default=90, help="Quarters from 2004Q1 on; one more is added to them.")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "cartwatch-scale")
    parser.add_argument("--memory", default="10GiB", help="CARTWATCH_MEMORY_LIMIT of every process: DuckDB's part.")
    return parser.parse_args()


def measured(folder: Path, cases: int, quarters: int, memory: str) -> dict[str, Any]:
    """Everything of one size: quarters loaded one by one, the whole resolved and scored, then one quarter more."""
    zips = history(folder / f"history-{cases}-{quarters}", cases, quarters + 1)
    *whole, added = zips
    lake, alone = folder / f"lake-{cases}-{quarters}", folder / f"alone-{cases}-{quarters}"
    for old in (lake, alone):
        shutil.rmtree(old, ignore_errors=True)
    point, next_point = as_of(whole[-1]), as_of(added)
    with spilling(folder / "spill") as spilled:
        load = run("-m", STEPS, "load", str(lake), *map(str, whole))
        steps = {"load": load} | {name: step(lake, name, "--as-of", point) for name in ("resolve", "signals")}
        disk = {"lake_bytes": size_of(lake), "landing_bytes": size_of(lake / "landing")}
        first = run("-m", STEPS, "load", str(alone), str(added))
        more = run("-m", STEPS, "load", str(lake), str(added))
        adding = [more, *(step(lake, name, "--as-of", next_point) for name in ("resolve", "signals"))]
    shutil.rmtree(alone)
    size: dict[str, Any] = {
        "asked_cases": cases,
        "cases": int(steps["resolve"].said["cases"]),
        "memory_limit": memory,
        "code_version": code_version(),
        "input": described(whole),
        "seconds": {name: round(one.seconds, 1) for name, one in steps.items()}
        | {"added_quarter": round(sum(one.seconds for one in adding), 1)},
        "cpu_seconds": {name: round(one.cpu_seconds, 1) for name, one in steps.items()}
        | {"added_quarter": round(sum(one.cpu_seconds for one in adding), 1)},
        "added_quarter_seconds": [round(one.seconds, 1) for one in adding],
        "added_quarter_cpu_seconds": [round(one.cpu_seconds, 1) for one in adding],
        "quarter_seconds": [round(float(one), 3) for one in listed(load, "seconds")],
        "peak_mib": {name: round(one.peak_mib) for name, one in steps.items()},
        "spilled_bytes": spilled[0],
        **disk,
    }
    per_report = [1000 * each / n for each, n in zip(size["quarter_seconds"], listed(load, "reports"), strict=True)]
    size["growth"] = round(mean(per_report[-ENDS:]) / mean(per_report[:ENDS]), 3)
    size["same_quarter_full_over_empty"] = round(listed(more, "seconds")[0] / listed(first, "seconds")[0], 3)
    size["added_share"] = added_share(size["seconds"])
    size["added_share_cpu"] = added_share(size["cpu_seconds"])
    return size


def added_share(seconds: dict[str, float]) -> float:
    """One quarter more by a rebuild, both in these seconds."""
    return round(seconds["added_quarter"] / sum(seconds[name] for name in ("load", "resolve", "signals")), 4)


def step(lake: Path, verb: str, *arguments: str) -> Measured:
    """One verb of the command on the lake, as a process of its own."""
    return run("-m", STEPS, "verb", str(lake), verb, *arguments)


@contextmanager
def spilling(folder: Path) -> Iterator[list[int]]:
    """Give DuckDB this folder for what does not fit into memory; the list holds the most bytes seen in it at once."""
    most, ended = [0], threading.Event()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["CARTWATCH_TEMP"] = str(folder)

    def look() -> None:
        while not ended.wait(LOOK_SECONDS):
            most[0] = max(most[0], size_of(folder))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield most
    finally:
        ended.set()
        watcher.join()
        shutil.rmtree(folder, ignore_errors=True)


def size_of(folder: Path) -> int:
    """Bytes in a folder; a file that is deleted meanwhile counts nothing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(path, name)).st_size  # noqa: PTH116, PTH118 -- ten thousands of files
            except FileNotFoundError:
                continue
    return total


def as_of(archive: Path) -> str:
    """The quarter in an archive's name."""
    return archive.stem[-6:].upper()


def listed(one: Measured, name: str) -> list[float]:
    """A list that a process said."""
    said: dict[str, Any] = dict(one.said)
    return list(said[name])


def mean(values: list[float]) -> float:
    """The mean without the two ends, so that one disturbed quarter does not decide; the median of few values."""
    ordered = sorted(values)[1:-1]
    return sum(ordered) / len(ordered) if ordered else median(values)


def merged(scale: dict[str, Any], size: dict[str, Any]) -> dict[str, Any]:
    """The record with this size put in its place, and the lines fitted through all sizes of these quarters."""
    sizes = [old for old in scale.get("sizes", []) if old["asked_cases"] != size["asked_cases"]]
    sizes = sorted([*sizes, size], key=lambda one: one["cases"])
    return {"machine": machine(), "sizes": sizes, "line": {name: line(sizes, name) for name in FITTED}}


def line(sizes: list[dict[str, Any]], name: str) -> dict[str, float] | None:
    """Seconds = a + b × million cases, by least squares; None through one size only."""
    if len(sizes) < 2:
        return None
    x, y = (
        [one / scale for one in values]
        for values, scale in (([s["cases"] for s in sizes], MILLION), ([s["seconds"][name] for s in sizes], 1))
    )
    slope, start = np.polyfit(x, y, 1)
    return {"a": round(float(start), 2), "b": round(float(slope), 3)}


def bounded(size: dict[str, Any]) -> dict[str, tuple[float, float]]:
    """Each figure that has a bound, with it."""
    return {
        "load, last ten ÷ first ten quarters": (size["growth"], GROWTH_BOUND),
        "one quarter more ÷ rebuild": (size["added_share"], SHARE_BOUND),
        "peak memory, MiB": (max(size["peak_mib"].values()), MEMORY_BOUND),
    }


def as_table(scale: dict[str, Any]) -> str:
    """The sizes side by side as a Markdown table, and the fitted lines below it."""
    sizes = scale["sizes"]
    rows: list[tuple[str, list[str], str]] = [
        ("report versions", [f"{s['input']['reports']:,}" for s in sizes], ""),
        ("drug rows", [f"{s['input']['drug_rows']:,}" for s in sizes], ""),
        ("reaction rows", [f"{s['input']['reaction_rows']:,}" for s in sizes], ""),
        *((f"{name.replace('_', ' ')}, s", [f"{s['seconds'][name]:,}" for s in sizes], "") for name in FITTED),
        *(
            (name, [f"{bounded(s)[name][0]:,}" for s in sizes], f"≤ {bound:,}")
            for name, (_, bound) in bounded(sizes[0]).items()
        ),
        *cpu_rows(sizes),
        ("same quarter, full ÷ empty lake", [f"{s['same_quarter_full_over_empty']}" for s in sizes], ""),
        ("spilled at most, MB", [f"{s['spilled_bytes'] / 1e6:,.0f}" for s in sizes], ""),
        ("lake, GB", [f"{s['lake_bytes'] / 1e9:.2f}" for s in sizes], ""),
    ]
    names = " | ".join(f"{s['cases']:,} cases" for s in sizes)
    table = [f"| figure | {names} | bound |", "|---" * (len(sizes) + 2) + "|"]
    table += [f"| {name} | {' | '.join(values)} | {bound} |" for name, values, bound in rows]
    fitted = [f"{name.replace('_', ' ')} {one['a']} + {one['b']} × M" for name, one in scale["line"].items() if one]
    return "\n".join([*table, *(["", f"Seconds by million cases M: {'; '.join(fitted)}."] if fitted else [])])


def cpu_rows(sizes: list[dict[str, Any]]) -> list[tuple[str, list[str], str]]:
    """Processor seconds of each step, which a busy machine changes little; nothing where an older record lacks them."""
    if not all("cpu_seconds" in size for size in sizes):
        return []
    steps = [
        (f"{name.replace('_', ' ')}, processor s", [f"{s['cpu_seconds'][name]:,}" for s in sizes], "")
        for name in FITTED
    ]
    return [*steps, ("one quarter more ÷ rebuild, processor s", [f"{s['added_share_cpu']:,}" for s in sizes], "")]


def write_into_docs(table: str) -> None:
    """Put the table where docs/backfill.md shows the figures."""
    head, rest = DOCS.read_text(encoding="utf-8").split(OPENING)
    DOCS.write_text(f"{head}{OPENING}\n{table}\n{CLOSING}{rest.split(CLOSING)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()

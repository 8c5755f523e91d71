"""`make bench`: one generated quarter of FDA's real size, every figure beside its floor, into benchmarks/results.json."""

import json
import os
import platform
import shutil
import tempfile
from pathlib import Path

from benchmarks.measure import Measured, median, run
from pipeline.config import code_version
from pipeline.demo.archive import read_manifest
from pipeline.demo.quarter import write_quarter
from pipeline.lake.delta import Lake

REPORTS, QUARTER, SEED, ROUNDS = 430_000, "2023Q4", 1, 3
OPENING, CLOSING = "<!-- figures: written by make bench -->", "<!-- end of figures -->"
README = Path(__file__).resolve().parents[1] / "README.md"
RECORD = Path(__file__).with_name("results.json")


def main() -> None:
    """Measure, print the table, write the record; a figure over its bound is said, and the exit code is 1."""
    with tempfile.TemporaryDirectory(prefix="cartwatch-bench-") as folder:
        figures = measured(Path(folder))
    record = {"machine": machine(), "code_version": code_version(), "input": figures.pop("input"), "figures": figures}
    kept = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    RECORD.write_text(json.dumps(kept | record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(as_table(figures))
    write_into_readme(as_table(figures))
    over = [
        name for name, figure in figures.items() if figure["bound"] is not None and figure["value"] > figure["bound"]
    ]
    if over:
        raise SystemExit(f"over its bound: {', '.join(over)}")


def measured(folder: Path) -> dict[str, dict[str, object]]:
    """Every figure, by name: value, unit, bound, and what it was made from."""
    archive = write_quarter(folder / "archive", QUARTER, reports=REPORTS, seed=SEED)
    ours, floors = ingest_rounds(folder, archive)
    lake = str(folder / "lake")
    counts = count_rounds(folder, lake)
    again = run("-m", "benchmarks.steps", "ingest", lake, str(archive))
    status = run("-m", "pipeline.cli", "--lake", lake, "status", "--json")
    helps = [run("-m", "pipeline.cli", "--help").seconds for _ in range(ROUNDS)]
    whole = run("-m", "benchmarks.steps", "signals", lake, str(folder / "signals"))
    floor = median([floor.said["seconds"] for floor, _ in counts])
    mine = [step for _, step in counts]
    return {
        "input": described(archive),
        "ingest ÷ floor": ratio(
            median([o.seconds / f for o, f in zip(ours, floors, strict=True)]),
            6,
            ours=median([o.seconds for o in ours]),
            floor=median(floors),
        ),
        "count and score ÷ floor": ratio(
            median([s.said["seconds"] / f.said["seconds"] for f, s in counts]),
            5,
            ours=median([s.said["seconds"] for s in mine]),
            floor=floor,
            pairs=mine[0].said["pairs"],
        ),
        "prior's fit ÷ floor": ratio(
            median([s.said["fit_seconds"] / f.said["seconds"] for f, s in counts]),
            10,
            ours=median([s.said["fit_seconds"] for s in mine]),
            floor=floor,
            is_fitted=mine[0].said["is_fitted"],
        ),
        "peak memory, ingest": memory(max(o.peak_mib for o in ours)),
        "peak memory, count and score": memory(max(s.peak_mib for s in mine)),
        "peak memory, signals": memory(whole.peak_mib),
        "second ingest less status": {
            "value": round(again.seconds - status.seconds, 2),
            "unit": "s",
            "bound": 2,
            "ours": round(again.seconds, 2),
            "floor": round(status.seconds, 2),
        },
        "help": {"value": round(median(helps), 2), "unit": "s", "bound": 0.5},
        "signals, whole step": {"value": round(whole.seconds, 1), "unit": "s", "bound": None},
    }


def ingest_rounds(folder: Path, archive: Path) -> tuple[list[Measured], list[float]]:
    """Ours and the faster floor in turn, each a whole process."""
    ours, floors = [], []
    for _ in range(ROUNDS):
        each = []
        for name in ("polars", "pyarrow"):
            each.append(run("-m", "benchmarks.floors", name, str(archive), str(folder / name)).seconds)
            shutil.rmtree(folder / name)
        floors.append(min(each))
        shutil.rmtree(folder / "lake", ignore_errors=True)
        ours.append(run("-m", "benchmarks.steps", "ingest", str(folder / "lake"), str(archive)))
    return ours, floors


def count_rounds(folder: Path, lake: str) -> list[tuple[Measured, Measured]]:
    """Floor and ours in turn, timed inside each process, imports apart."""
    stored = {name: str(Lake(lake).files(name)[0].path) for name in ("case_drug", "case_reaction")}
    rounds = []
    for _ in range(ROUNDS):
        floor = run(
            "-m",
            "benchmarks.floors",
            "count",
            stored["case_drug"],
            stored["case_reaction"],
            str(folder / "pairs.parquet"),
        )
        rounds.append((floor, run("-m", "benchmarks.steps", "count", lake, str(folder))))
    return rounds


def ratio(value: float, bound: float, **parts: float) -> dict[str, object]:
    """A ratio to a floor measured in the same run, with the median seconds of both sides."""
    return {
        "value": round(value, 2),
        "unit": "×",
        "bound": bound,
        **{name: round(part, 3) for name, part in parts.items()},
    }


def memory(mib: float) -> dict[str, object]:
    """Peak memory of one process."""
    return {"value": round(mib), "unit": "MiB", "bound": 2048}


def described(archive: Path) -> dict[str, object]:
    """What the figures were measured on."""
    manifest = read_manifest(archive)
    return {
        "quarter": QUARTER,
        "reports": REPORTS,
        "seed": SEED,
        "zip_bytes": archive.stat().st_size,
        "records": manifest.records,
    }


def write_into_readme(table: str) -> None:
    """Put the table where README.md shows the figures."""
    head, rest = README.read_text(encoding="utf-8").split(OPENING)
    README.write_text(f"{head}{OPENING}\n{table}\n{CLOSING}{rest.split(CLOSING)[1]}", encoding="utf-8")


def machine() -> dict[str, object]:
    """The machine the record was made on."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory_gib),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def as_table(figures: dict[str, dict[str, object]]) -> str:
    """The figures as a Markdown table."""
    rows = [
        f"| {name} | {f['value']} {f['unit']} | {'≤ ' + str(f['bound']) + ' ' + str(f['unit']) if f['bound'] is not None else ''} |"
        for name, f in figures.items()
    ]
    return "\n".join(["| figure | measured | bound |", "|---|---|---|", *rows])


if __name__ == "__main__":
    main()

"""`python -m benchmarks.speed --cases 5000000`: the pair table counted, fitted and scored beside its floor, in one run.

Floor and ours in turn, each a process of its own, over the same Parquet files; merged into benchmarks/results.json under
"speed" and written into docs/speed.md.
"""

import argparse
import json
import resource
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.__main__ import RECORD, machine
from benchmarks.generated_pairs import DRUGS, EVENTS, Drawn, drawn
from benchmarks.measure import Measured, median, run
from benchmarks.speedpage import write_into_docs
from pipeline.config import Settings, code_version
from pipeline.contract.model import Table
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.tables import table as declared
from pipeline.signals.crosscount import Ints

ROUNDS, QUARTER = 3, "2023Q4"
BOUNDS = {"ratio": 3.0, "peak_mib": 3072}
EMPTY = ("case_indication",)
WRITTEN = ("case_current", "case_drug", "case_reaction")
ROWS = 1 << 20
STAGES = {"all": "seconds", "counted": "count_seconds", "fitted": "fit_seconds", "scored": "score_seconds"}


def main() -> None:
    """Measure one size, merge it, write the table; exit code 1 where a figure is over its bound."""
    parser = argparse.ArgumentParser(prog="benchmarks.speed", description=main.__doc__)
    parser.add_argument("--cases", type=int, default=5_000_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cartwatch-speed-") as folder:
        write_cases(Path(folder), drawn(asked.cases))
        size = measured(Path(folder), asked.cases, asked.rounds)
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    kept = {one["cases"]: one for one in [*record.get("speed", {}).get("sizes", []), size]}
    sizes = [kept[cases] for cases in sorted(kept)]
    record["speed"] = {"machine": machine(), "code_version": code_version(), "bounds": BOUNDS, "sizes": sizes}
    RECORD.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    write_into_docs(record)
    print(json.dumps(size, indent=1))
    over = [name for name, bound in BOUNDS.items() if size[name] > bound]
    if over:
        raise SystemExit(f"over its bound at {asked.cases:,} cases: {', '.join(over)}")


def measured(folder: Path, cases: int, rounds: int) -> dict[str, Any]:
    """Floor and ours in turn, timed inside each process, imports apart."""
    floors, ours = [], []
    drugs, reactions = (str(folder / f"{name}.parquet") for name in ("case_drug", "case_reaction"))
    for _ in range(rounds):
        floors.append(run("-m", "benchmarks.floors", "count", drugs, reactions, str(folder / "floor.parquet")))
        ours.append(run("-m", "benchmarks.speed", "ours", str(folder)))
    floor = _middle(floors, "seconds")
    return {
        "cases": cases,
        "rounds": rounds,
        "pairs": int(ours[0].said["pairs"]),
        "seconds": {name: round(_middle(ours, said), 2) for name, said in STAGES.items()},
        "floor": round(floor, 2),
        "ratio": round(_middle(ours, "seconds") / floor, 2),
        "cpu_ratio": round(_middle(ours, "cpu_seconds") / _middle(floors, "cpu_seconds"), 2),
        "peak_mib": round(max(one.peak_mib for one in ours)),
        "floor_peak_mib": round(max(one.peak_mib for one in floors)),
        "is_fitted": bool(ours[0].said["is_fitted"]),
    }


def ours(folder: Path) -> dict[str, float]:
    """Everything of the pair table of one comparator, from the typed tables to the scores as Parquet."""
    from benchmarks.steps import counted_and_scored
    from pipeline.lake.warehouse import Warehouse

    with Warehouse(Settings(memory_limit="1GiB", threads=2)) as warehouse:
        for name in EMPTY:
            warehouse.show_files(declared(name), [])
        for name in WRITTEN:
            table = declared(name)
            partition = {key: QUARTER if key != "edition" else "" for key in table.partition}
            warehouse.show_parquet(table, folder / f"{name}.parquet", partition)
        begin = _cpu()
        said = counted_and_scored(warehouse, QUARTER, folder)
    return said | {"cpu_seconds": _cpu() - begin}


def write_cases(folder: Path, rows: Drawn) -> None:
    """The typed tables of the cases drawn, each case one report."""
    every = np.arange(1, rows.cases + 1)
    drug_names, terms = (
        pa.array([f"{word}{number:05}" for number in range(n)]) for word, n in (("DRUG", DRUGS), ("TERM", EVENTS))
    )
    _write(
        folder,
        "case_current",
        {"case_id": every, "report_id": every, "is_report_number_shared": np.zeros(rows.cases, dtype=np.bool_)},
    )
    drug, event = (pa.array(member.thing) for member in (rows.drugs, rows.events))
    named = {"drug_name": drug_names.take(drug), "active_ingredient": drug_names.take(drug)}
    roles = pa.repeat(pa.scalar("PS"), len(drug))
    _write(folder, "case_drug", _keys(rows.drugs.case) | {"role_code": roles, **named})
    _write(folder, "case_reaction", _keys(rows.events.case) | {"pt": terms.take(event), "pt_text": terms.take(event)})


def _keys(case: Ints) -> dict[str, Any]:
    return {"report_id": case, "case_id": case, "drug_seq": np.ones(case.size, dtype=np.int64)}


def _write(folder: Path, name: str, columns: dict[str, Any]) -> None:
    """A table of the contract as one file; columns that nobody asks about are empty."""
    table: Table = declared(name)
    n_rows = len(columns["case_id"])
    full = {"quarter": pa.repeat(pa.scalar(QUARTER), n_rows)} | columns
    fields = [field for field in arrow_schema(table) if field.name in table.stored]
    arrays = [pa.array(full[f.name]).cast(f.type) if f.name in full else pa.nulls(n_rows, f.type) for f in fields]
    stored = pa.Table.from_arrays(arrays, names=[field.name for field in fields])
    pq.write_table(stored, folder / f"{name}.parquet", compression="zstd", row_group_size=ROWS)


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _middle(all_of: list[Measured], name: str) -> float:
    return median([one.said[name] for one in all_of])


if __name__ == "__main__":
    if sys.argv[1:2] == ["ours"]:
        print(json.dumps(ours(Path(sys.argv[2]))))
    else:
        main()

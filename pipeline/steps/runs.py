"""What runs leave behind: whose files a table holds, and the run table, without a clock so that a repeated run changes nothing."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.config import Settings, code_version
from pipeline.contract.ledger import RUN
from pipeline.contract.renderings import arrow_schema
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.steps.result import StepReport


def record_run(settings: Settings, report: StepReport, parameters: Mapping[str, object]) -> None:
    """Keep what a finished step was asked, what it read and what it counted, under its run id.

    A step that reads tables as of an earlier version makes something again, and leaves the record of the first time alone.
    """
    if settings.table_versions:
        return
    lake = Lake(settings.lake)
    row = {
        "run_id": report.run_id,
        "step": report.step,
        "as_of": report.as_of,
        "code_version": code_version(),
        "parameters": json.dumps(dict(parameters), sort_keys=True),
        "inputs": json.dumps(report.inputs),
        "counts": json.dumps(report.counts, sort_keys=True, default=str),
    }
    with lake.staging(f"run-{report.run_id}") as folder:
        path = folder / "run.parquet"
        n_rows = write_rows(RUN, pa.Table.from_pylist([row], arrow_schema(RUN)), path)
        lake.commit(RUN.name, {"run_id": report.run_id}, path, Run(report.step, report.run_id, code_version()), n_rows)


def recorded(lake: Lake, run: str) -> dict[str, Any]:
    """What the ledger keeps of a run, its JSON columns read; nothing where it does not know the run."""
    for file in lake.files("run", {"run_id": run}):
        row: dict[str, Any] = pq.ParquetFile(file.path).read().to_pylist()[0]
        return row | {name: json.loads(row[name]) for name in ("parameters", "inputs", "counts")}
    return {}


def is_current(lake: Lake, tables: Iterable[str], as_of: str, wanted: str) -> bool:
    """Whether all that the lake holds of these tables as of then comes from that run, and none lacks it."""
    return all({file.run_id for file in lake.files(name, {"as_of": as_of})} == {wanted} for name in tables)

"""Our side of each figure: `python -m benchmarks.steps NAME LAKE ARGUMENTS`, times as JSON on the last line."""

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.config import settings_from_environment
from pipeline.contract.mart import PAIR_COUNT
from pipeline.lake.parquet import write_rows
from pipeline.signals.prior import Prior
from pipeline.signals.scoring import score

if TYPE_CHECKING:
    from pipeline.lake.warehouse import Warehouse

PAIRS, SIDE_BY_SIDE = 1 << 19, 2  # pairs scored at a time, and how many such parts beside each other


def ingest(lake: str, archive: str) -> dict[str, float]:
    """Landing, raw, typed core and validation of one quarter, the start of the process included."""
    from pipeline.steps.ingest import ingest as run

    report = run(settings_from_environment(lake), [Path(archive)])
    return {"seconds": report.seconds}


def count_and_score(lake: str, out: str) -> dict[str, float]:
    """All pairs of drug key and preferred term against all reports: counted, scored, written; the prior's fit apart."""
    from pipeline.lake.delta import Lake
    from pipeline.lake.snapshot import data_lock_point, mount_core, mount_mart
    from pipeline.lake.warehouse import Warehouse
    from pipeline.steps.cases import resolve_cases

    settings, store = settings_from_environment(lake), Lake(lake)
    dlp = data_lock_point(store, None)
    resolve_cases(settings, dlp)
    with Warehouse(settings) as warehouse:
        mount_core(store, warehouse, dlp)
        mount_mart(store, warehouse, dlp, "case_current")
        said = counted_and_scored(warehouse, dlp, Path(out))
    return said | {"seconds": said["seconds"] - said["fit_seconds"]}


def counted_and_scored(warehouse: "Warehouse", dlp: str, out: Path) -> dict[str, float]:
    """The same over the tables that a warehouse shows; seconds of it all, and of counting, fit and scoring by themselves."""
    from pipeline.cases.background import fit_background
    from pipeline.cases.counts import (
        count_backgrounds,
        count_exposures_and_terms,
        pair_rows,
        register_vocabulary,
        things,
    )
    from pipeline.cases.members import show_no_endpoints
    from pipeline.vocabulary.choices import suspect_roles

    register_vocabulary(warehouse)
    start = time.perf_counter()
    count_exposures_and_terms(warehouse, suspect_roles())
    show_no_endpoints(warehouse)
    named, pairs = things(warehouse), count_backgrounds(warehouse, ["all"]).of("all")
    counted = time.perf_counter()
    fitted = fit_background(pairs, named, "all", "pt", None)
    fit = time.perf_counter()
    rows, n_cases = pair_rows(pairs, named, dlp, "all"), pairs.n_cases
    del pairs
    score_and_write(rows, n_cases, fitted.prior, out)
    end = time.perf_counter()
    return {
        "seconds": end - start,
        "count_seconds": counted - start,
        "fit_seconds": fit - counted,
        "score_seconds": end - fit,
        "pairs": rows.num_rows,
        "is_fitted": float(fitted.prior is not None),
    }


def score_and_write(rows: pa.Table, n_cases: int, prior: Prior | None, out: Path) -> None:
    """Every measure of every pair, into Parquet; a part of the pairs at a time, which bounds the memory."""
    write_rows(PAIR_COUNT, rows, out / "pair_count.parquet")
    # Reals seldom repeat: split by byte they take half the time and no more room than a dictionary.
    form = {"use_dictionary": False, "use_byte_stream_split": True}
    parts = _side_by_side([partial(measures, part, n_cases, prior) for part in _sliced(rows)])
    first = next(parts)
    with pq.ParquetWriter(out / "scores.parquet", first.schema, compression="zstd", **form) as file:
        file.write_table(first)
        for part in parts:
            file.write_table(part)


def _sliced(rows: pa.Table) -> list[pa.Table]:
    return [rows.slice(begin, PAIRS) for begin in range(0, max(rows.num_rows, 1), PAIRS)]


def _side_by_side(asked: Sequence[Callable[[], pa.Table]]) -> Iterator[pa.Table]:
    """What each gives, in order; as many at once as there are threads, so that the memory stays bounded."""
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        begun = deque(pool.submit(each) for each in asked[:SIDE_BY_SIDE])
        for each in asked[SIDE_BY_SIDE:]:
            yield begun.popleft().result()
            begun.append(pool.submit(each))
        yield from (each.result() for each in begun)


def measures(rows: pa.Table, n_cases: int, prior: Prior | None) -> pa.Table:
    """Every measure of some pairs, in columns."""
    a, n_drug, n_event = (np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in ("a", "n_drug", "n_event"))
    scores = score(a, n_drug - a, n_event - a, n_cases - n_drug - n_event + a, prior)
    columns = {"expected": scores.expected, "chi2": scores.chi2.plain, "chi2_yates": scores.chi2.yates}
    for name, interval in (("prr", scores.prr), ("ror", scores.ror), ("ic", scores.ic), ("ebgm", scores.ebgm)):
        if interval is not None:
            columns |= {name: interval.estimate, f"{name}_low": interval.low, f"{name}_high": interval.high}
    return pa.table(columns)


def signals(lake: str, out: str) -> dict[str, float]:
    """The whole step: both comparators, every prior, every product."""
    from pipeline.steps.signals import compute_signals

    report = compute_signals(settings_from_environment(lake), out=Path(out))
    return {"seconds": report.seconds}


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps({"ingest": ingest, "count": count_and_score, "signals": signals}[name](*arguments)))

"""Our side of each figure: `python -m benchmarks.steps NAME LAKE ARGUMENTS`, times as JSON on the last line."""

import json
import sys
import time
from pathlib import Path

from pipeline.config import settings_from_environment


def ingest(lake: str, archive: str) -> dict[str, float]:
    """Landing, raw, typed core and validation of one quarter, the start of the process included."""
    from pipeline.steps.ingest import ingest as run

    report = run(settings_from_environment(lake), [Path(archive)])
    return {"seconds": report.seconds}


def count_and_score(lake: str, out: str) -> dict[str, float]:
    """All pairs of all drug keys and preferred terms against all reports: counted, scored, written; the fit apart."""
    import numpy as np
    import pyarrow as pa

    from pipeline.cases.background import fit_background
    from pipeline.cases.counts import count_exposures_and_events, count_pairs, pair_rows, register_vocabulary
    from pipeline.contract.mart import PAIR_COUNT
    from pipeline.lake.delta import Lake
    from pipeline.lake.parquet import write_rows
    from pipeline.lake.snapshot import data_lock_point, mount_core, mount_mart
    from pipeline.lake.warehouse import Warehouse
    from pipeline.signals.scoring import score
    from pipeline.steps.cases import resolve_cases
    from pipeline.vocabulary.choices import suspect_roles

    settings = settings_from_environment(lake)
    store = Lake(lake)
    dlp = data_lock_point(store, None)
    resolve_cases(settings, dlp)
    with Warehouse(settings) as warehouse:
        mount_core(store, warehouse, dlp)
        mount_mart(store, warehouse, dlp, "case_current")
        register_vocabulary(warehouse)
        start = time.perf_counter()
        count_exposures_and_events(warehouse, suspect_roles())
        n_cases = count_pairs(warehouse, "all")
        counted = time.perf_counter()
        fitted = fit_background(warehouse, "all", n_cases, "pt", None)
        fit = time.perf_counter()
        rows = pair_rows(warehouse, dlp, "all", n_cases)
        a, n_drug, n_event = (
            np.asarray(rows[name].to_numpy(), dtype=np.float64) for name in ("a", "n_drug", "n_event")
        )
        scores = score(a, n_drug - a, n_event - a, n_cases - n_drug - n_event + a, fitted.prior)
        write_rows(PAIR_COUNT, rows, Path(out) / "pair_count.parquet")
        columns = {
            "prr": scores.prr.estimate,
            "ror": scores.ror.estimate,
            "ic": scores.ic.estimate,
            "ic025": scores.ic.low,
        }
        if scores.ebgm:
            columns |= {"ebgm": scores.ebgm.estimate, "eb05": scores.ebgm.low, "eb95": scores.ebgm.high}
        import pyarrow.parquet as pq

        pq.write_table(pa.table(columns), Path(out) / "scores.parquet", compression="zstd")
        end = time.perf_counter()
    return {
        "seconds": (counted - start) + (end - fit),
        "fit_seconds": fit - counted,
        "pairs": rows.num_rows,
        "is_fitted": float(fitted.prior is not None),
        "count_seconds": counted - start,
    }


def signals(lake: str, out: str) -> dict[str, float]:
    """The whole step: both comparators, every prior, every product."""
    from pipeline.steps.signals import compute_signals

    report = compute_signals(settings_from_environment(lake), out=Path(out))
    return {"seconds": report.seconds}


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    print(json.dumps({"ingest": ingest, "count": count_and_score, "signals": signals}[name](*arguments)))

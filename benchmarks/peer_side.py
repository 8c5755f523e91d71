"""One side of `benchmarks.peers`, as a process under limits of memory and time: `peer_side.py NAME PAIRS`; says JSON.

Run by the interpreter of the peer's own environment: it imports the peer, NumPy and the standard library, and of the
project only ours does anything. PAIRS is a .npz file with drug, event and n of each pair, the margins and the cases.
"""

import json
import resource
import sys
import time
import warnings
from typing import Any

import numpy as np


def ours(pairs: Any) -> dict[str, Any]:
    """Grid of all cells, the prior from five starts, EBGM with EB05 and EB95 of every pair."""
    from pipeline.signals.ebgm import ebgm
    from pipeline.signals.grid import grid
    from pipeline.signals.prior import Prior, fit_prior

    n_drug, n_event = pairs["drug_cases"][pairs["drug"]], pairs["event_cases"][pairs["event"]]
    cells = grid(
        *(pairs["drug_cases"], pairs["event_cases"], float(pairs["cases"])),
        observed=pairs["n"],
        drug_total=n_drug,
        event_total=n_event,
    )
    prior = fit_prior(*cells)
    if not isinstance(prior, Prior):
        return {"stopped_at": prior.reason}
    scores = ebgm(pairs["n"], n_drug * n_event.astype(np.float64) / float(pairs["cases"]), prior)
    return {"scored": scores.low.size, "prior": list(prior[:5])}


def altio(pairs: Any) -> dict[str, Any]:
    """The same by open-altio: expected counts (one stratum), its squashed cells, its starts, its percentiles."""
    from open_altio.stats import ebgm

    one = {"stratum": np.zeros(1, dtype=np.int64), "n": np.array([int(pairs["cases"])])}
    margins = [
        {name: np.arange(cases.size), "stratum": np.zeros(cases.size, dtype=np.int64), "n": cases}
        for name, cases in (("product", pairs["drug_cases"]), ("event", pairs["event_cases"]))
    ]
    table = {"product": pairs["drug"], "event": pairs["event"], "n": pairs["n"]}
    found = ebgm.expected_counts(table, *margins, one)
    unseen = ebgm.unseen_cells(table, *margins, one, ebgm.settings()["squash_bins_per_decade"])
    try:
        prior = ebgm.fit_prior(found["N"], found["E"], *unseen).prior
    except ebgm.FitError as refused:
        return {"stopped_at": str(refused)}
    scores = ebgm.score(prior, found["N"], found["E"])
    return {"scored": scores["EB05"].size, "prior": list(prior.as_dict().values())}


def vigipy(pairs: Any) -> dict[str, Any]:
    """By vigipy: its container and contingency table, its default likelihood (pairs seen), one start, its bisection."""
    import pandas as pd
    from vigipy import convert, gps

    frame = pd.DataFrame({"name": pairs["drug"].astype(str), "AE": pairs["event"].astype(str), "count": pairs["n"]})
    result = gps(convert(frame), min_events=1)
    return {"scored": len(result.all_signals), "prior": [float(one) for one in result.params["prior_param"]]}


def main(name: str, path: str) -> None:
    """Measure one side; what it said last is what the benchmark reads."""
    warnings.simplefilter("ignore")
    with np.load(path) as stored:
        pairs = {key: stored[key] for key in stored.files}
    try:
        {"ours": ours, "open-altio": altio, "vigipy": vigipy}[name](_few(pairs))  # imports and lazy tables, untimed
        start = time.perf_counter()
        done = {"ours": ours, "open-altio": altio, "vigipy": vigipy}[name](pairs)
    except MemoryError as refused:
        done, start = {"stopped_at": f"out of memory: {refused}"}, time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            done
            | {
                "seconds": time.perf_counter() - start,
                "cpu_seconds": usage.ru_utime + usage.ru_stime,
                "peak_mib": usage.ru_maxrss / 1024,
            }
        )
    )


def _few(pairs: dict[str, Any], most: int = 60) -> dict[str, Any]:
    """The commonest drugs and events alone."""
    kept = (pairs["drug"] < most) & (pairs["event"] < most)
    few = {name: pairs[name][kept] for name in ("drug", "event", "n")}
    return few | {name: pairs[name][:most] for name in ("drug_cases", "event_cases")} | {"cases": pairs["cases"]}


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The signal table: the cells of each product and event, every measure of them, and what a reader must know."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from pipeline.cases.background import FittedPrior
from pipeline.contract.mart import SIGNAL
from pipeline.contract.renderings import arrow_schema
from pipeline.signals.interval import Array, Flags, Interval
from pipeline.signals.scoring import RULE_TEXT, Scores, has_positive_ic025, score

Coverage = Mapping[tuple[str, str], tuple[int, Sequence[str]]]
LONGEST_LIST = 12


def signal_table(
    cells: pa.Table, priors: Sequence[FittedPrior], coverage: Coverage, labels: Mapping[str, str | None], as_of: str
) -> pa.Table:
    """Score the cells, each comparator, event kind and scope with its own prior.

    coverage: for each endpoint and scope, how many of its terms the source holds and which it lacks;
    an endpoint without any is not assessable: its counts and measures are null, never 0.
    labels: what must be said of an endpoint, such as unadjudicated.
    """
    keys = np.array([_key(row) for row in cells.select(["comparator", "event_kind", "scope"]).to_pylist()])
    parts = []
    for fitted in priors:
        chosen = np.flatnonzero(
            keys == _key({"comparator": fitted.comparator, "event_kind": fitted.event_kind, "scope": fitted.scope})
        )
        parts.append(_scored(cells.take(chosen), fitted, coverage, labels, as_of))
    order = [(name, "ascending") for name in ("product", "event_kind", "event", "scope", "comparator")]
    return pa.concat_tables(parts).sort_by(order)


def _key(row: Mapping[str, object]) -> str:
    return f"{row['comparator']}|{row['event_kind']}|{row['scope']}"


def _scored(
    cells: pa.Table, fitted: FittedPrior, coverage: Coverage, labels: Mapping[str, str | None], as_of: str
) -> pa.Table:
    n = cells.num_rows
    a, b, c, d = (np.asarray(cells[name].to_numpy(), dtype=np.float64) for name in "abcd")
    scores = score(a, b, c, d, fitted.prior)
    missing = np.array([_is_missing(row, coverage) for row in _events(cells)], dtype=bool)
    columns: dict[str, object] = {
        "as_of": pa.array([as_of] * n, pa.string()),
        **{name: cells[name] for name in ("product", "event", "event_kind", "scope", "comparator")},
        **{name: _whole(values, missing) for name, values in zip("abcd", (a, b, c, d), strict=True)},
        "n_cases": _whole(a + b + c + d, missing),
        **_measures(scores, missing),
        "is_signal": _truth(scores.is_signal, missing | (fitted.prior is None)),
        "rule": pa.array([RULE_TEXT] * n, pa.string()),
        "is_assessable": pa.array(~missing),
        "note": pa.array(_notes(cells, a + b, scores, fitted, coverage, labels), pa.string()),
    }
    schema = arrow_schema(SIGNAL)
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _events(cells: pa.Table) -> list[dict[str, object]]:
    return list(cells.select(["event", "event_kind", "scope"]).to_pylist())


def _is_missing(row: Mapping[str, object], coverage: Coverage) -> bool:
    return row["event_kind"] == "endpoint" and not coverage.get((str(row["event"]), str(row["scope"])), (0, ()))[0]


def _measures(scores: Scores, missing: Flags) -> dict[str, pa.Array]:
    nothing = np.full(missing.shape, np.nan)
    shrunken = scores.ebgm or Interval(nothing, nothing, nothing, np.zeros(missing.shape, dtype=np.bool_))
    named = {
        "expected": scores.expected,
        **_three("prr", "prr_low", "prr_high", scores.prr),
        "chi2": scores.chi2.plain,
        "chi2_yates": scores.chi2.yates,
        **_three("ror", "ror_low", "ror_high", scores.ror),
        **_three("ic", "ic025", "ic975", scores.ic),
        **_three("ebgm", "eb05", "eb95", shrunken),
    }
    truths = {
        "is_ic_positive": has_positive_ic025(scores.ic.low),
        "is_prr_infinite": scores.prr.infinite,
        "is_ror_infinite": scores.ror.infinite,
    }
    reals = {name: pa.array(values, mask=missing | ~np.isfinite(values)) for name, values in named.items()}
    return reals | {name: _truth(values, missing) for name, values in truths.items()}


def _three(estimate: str, low: str, high: str, interval: Interval) -> dict[str, Array]:
    return {estimate: interval.estimate, low: interval.low, high: interval.high}


def _whole(values: Array, missing: Flags) -> pa.Array:
    return pa.array(values.astype(np.int64), mask=missing)


def _truth(values: Flags, missing: Flags) -> pa.Array:
    return pa.array(np.asarray(values, dtype=bool), mask=missing)


def _notes(
    cells: pa.Table,
    n_product: Array,
    scores: Scores,
    fitted: FittedPrior,
    coverage: Coverage,
    labels: Mapping[str, str | None],
) -> list[str | None]:
    common = [f"EBGM is null: {fitted.reason}"] if fitted.reason else []
    notes = []
    for i, row in enumerate(_events(cells)):
        said = [*_coverage_notes(row, coverage, labels), *common]
        if scores.prr.infinite[i]:
            said.append("No comparator case has the event: PRR and ROR are infinite, their lower bounds exact.")
        if n_product[i] == 0:
            said.append("No case names the product.")
        notes.append(" ".join(said) or None)
    return notes


def _coverage_notes(row: Mapping[str, object], coverage: Coverage, labels: Mapping[str, str | None]) -> list[str]:
    if row["event_kind"] != "endpoint":
        return []
    n_present, absent = coverage.get((str(row["event"]), str(row["scope"])), (0, ()))
    if not n_present:
        return ["Not assessable: no quarter with a CAR-T case has a report with any term of this endpoint."]
    label = labels.get(str(row["event"]))
    said = [f"{label.capitalize()}."] if label else []
    if 0 < len(absent) <= LONGEST_LIST:
        said.append(f"Terms that occur nowhere in the quarters with a CAR-T case: {', '.join(absent)}.")
    elif absent:
        said.append(f"{n_present} of {n_present + len(absent)} listed terms occur in the quarters with a CAR-T case.")
    return said

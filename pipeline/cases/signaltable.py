"""The signal table: the cells of each product and event, every measure of them, and what a reader must know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.cases.background import FittedPrior
from pipeline.cases.leftout import Comparisons, LeftOut
from pipeline.cases.signalfamilies import family_measures
from pipeline.cases.signalnotes import Coverage, is_missing, notes
from pipeline.contract.mart import SIGNAL
from pipeline.contract.renderings import arrow_schema
from pipeline.signals.interval import Array, Flags, Interval, TwoByTwo
from pipeline.signals.scoring import RULE_TEXT, Scores, has_positive_ic025, is_signal, score

ORDER = ("product", "event_kind", "event", "scope", "comparator")


@dataclass(frozen=True, slots=True)
class Context:
    """What stands beside the cells of every row.

    coverage: for each endpoint and scope, how many of its terms the source holds and which it lacks; an endpoint
    without any is not assessable: its counts and measures are null, never 0.
    labels: what must be said of an endpoint, such as unadjudicated.
    left_out: what each comparison leaves out. versions: that of each comparator.
    """

    as_of: str
    coverage: Coverage
    labels: Mapping[str, str | None]
    left_out: Comparisons
    versions: Mapping[str, str]


def signal_table(cells: pa.Table, priors: Sequence[FittedPrior], context: Context) -> pa.Table:
    """Score the cells, each comparator, event kind and scope with its own prior; cells without one are not scored."""
    parts = []
    for fitted in priors:
        chosen = (
            (pc.field("comparator") == fitted.comparator)
            & (pc.field("event_kind") == fitted.event_kind)
            & (pc.field("scope").is_null() if fitted.scope is None else pc.field("scope") == fitted.scope)
        )
        parts.append(_scored(cells.filter(chosen).combine_chunks(), fitted, context))
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in ORDER])


def _scored(cells: pa.Table, fitted: FittedPrior, context: Context) -> pa.Table:
    n = cells.num_rows
    a, b, c, d = (np.asarray(cells[name].to_numpy(), dtype=np.float64) for name in "abcd")
    scores = score(a, b, c, d, fitted.prior)
    missing = is_missing(cells, context.coverage)
    left_out = _left_out(cells, fitted.comparator, context.left_out)
    family = family_measures(cells, TwoByTwo(a, b, c, d), fitted, missing)
    q = np.asarray(family["bh_q"].to_numpy(zero_copy_only=False), dtype=np.float64)
    columns: dict[str, object] = {
        "as_of": _repeated(context.as_of, n),
        **{name: cells[name] for name in ("product", "event", "event_kind", "scope", "comparator")},
        **{name: _whole(values, missing) for name, values in zip("abcd", (a, b, c, d), strict=True)},
        "n_cases": _whole(a + b + c + d, missing),
        **_measures(scores, missing),
        "is_signal": _truth(is_signal(q), np.isnan(q)),
        "rule": _repeated(RULE_TEXT, n),
        "is_assessable": pa.array(~missing),
        "note": notes(
            cells,
            scores.prr.infinite,
            fitted.reason,
            _without_share(family),
            left_out,
            context.coverage,
            context.labels,
        ),
        "comparator_version": _repeated(context.versions[fitted.comparator], n),
        "n_left_out": pc.cast(
            _by_product(cells, {key: found.n_of_product for key, found in left_out.items()}), "int64"
        ),
        **family,
    }
    schema = arrow_schema(SIGNAL)
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _left_out(cells: pa.Table, comparator: str, found: Comparisons) -> dict[str, LeftOut]:
    """What the comparator leaves out, for each product of the cells."""
    products = pc.unique(cells["product"]).to_pylist()
    return {product: found.get((product, comparator), LeftOut()) for product in products}


def _without_share(family: Mapping[str, pa.Array]) -> Flags:
    """Whether each row has a likelihood ratio and no share of pairs that cannot occur."""
    stands, known = (np.asarray(family[name].is_valid()) for name in ("lrt", "lrt_zero_share"))
    return np.asarray(stands & ~known)


def _by_product(cells: pa.Table, values: Mapping[str, object]) -> pa.Array:
    """The value of each row's product."""
    return pa.array(list(values.values())).take(pc.index_in(cells["product"], pa.array(list(values), pa.string())))


def _measures(scores: Scores, missing: Flags) -> dict[str, pa.Array]:
    nothing = np.full(missing.shape, np.nan)
    shrunken = scores.ebgm or Interval(nothing, nothing, nothing, np.zeros(missing.shape, dtype=np.bool_))
    named = {
        "expected": scores.expected,
        **scores.prr.named("prr", "prr_low", "prr_high"),
        "chi2": scores.chi2.plain,
        "chi2_yates": scores.chi2.yates,
        **scores.ror.named("ror", "ror_low", "ror_high"),
        **scores.ic.named("ic", "ic025", "ic975"),
        **shrunken.named("ebgm", "eb05", "eb95"),
    }
    truths = {
        "is_ic_positive": has_positive_ic025(scores.ic.low),
        "is_prr_infinite": scores.prr.infinite,
        "is_ror_infinite": scores.ror.infinite,
    }
    reals = {name: pa.array(values, mask=missing | ~np.isfinite(values)) for name, values in named.items()}
    return reals | {name: _truth(values, missing) for name, values in truths.items()}


def _whole(values: Array, missing: Flags) -> pa.Array:
    return pa.array(values.astype(np.int64), mask=missing)


def _truth(values: Flags, missing: Flags) -> pa.Array:
    return pa.array(np.asarray(values, dtype=bool), mask=missing)


def _repeated(text: str, n_rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), n_rows)

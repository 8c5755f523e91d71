"""Measures of the signal table that are exact, or that hang on how many pairs are asked together."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.cases.background import FittedPrior
from pipeline.signals.conditional import exact_reporting_odds_ratio, fisher_exact
from pipeline.signals.disproportionality import expected_count, relative_reporting_ratio
from pipeline.signals.interval import Array, Flags, TwoByTwo
from pipeline.signals.likelihoodratio import likelihood_ratios
from pipeline.signals.multiplicity import (
    bayesian_false_discovery_rate,
    benjamini_hochberg,
    false_share,
    questions,
)
from pipeline.vocabulary.products import products

LIKELIHOOD_RATIO_COMPARATORS = frozenset({"all", "non_car_t"})
"""The likelihood-ratio tests need every event of a product, and each comparator costs 999 tables per product."""

LIKELIHOOD_RATIO_COLUMNS = ("lrt", "lrt_p", "lrt_inflated_p", "lrt_zero_share")

Rows = npt.NDArray[np.intp]


def family_measures(cells: pa.Table, table: TwoByTwo, fitted: FittedPrior, missing: Flags) -> dict[str, pa.Array]:
    """The columns of SIGNAL from rrr on, for the rows of one comparator, event kind and scope.

    A row is asked where it is assessable and none of its margins is empty; the others get no number and do not count.
    A product's rows are tested together by the likelihood ratio; the rows of all products that are no groups are one
    family, those of each group, which hold the same cases again, another. cells: with product and n_terms, the terms
    that the comparison holds: where only terms that the product reports have a row, the others were asked as well.
    """
    exact, ratio = exact_reporting_odds_ratio(*table), relative_reporting_ratio(table.a, expected_count(*table))
    mid = np.where(missing, np.nan, fisher_exact(*table).mid)
    rows_of = _rows_of(cells["product"])
    named = {
        **ratio.named("rrr"),
        **exact.named("ror_exact"),
        "fisher_mid_p": mid,
        **_multiplicity(table, _families(rows_of), mid, fitted, _unseen(cells, rows_of, mid, fitted)),
        **_likelihood_ratios(table, list(rows_of.values()), mid, fitted.comparator),
    }
    reals = {name: pa.array(values, mask=missing | ~np.isfinite(values)) for name, values in named.items()}
    count = reals.pop("n_questions").cast(pa.int64())
    return reals | {"n_questions": count}


def _rows_of(product: pa.ChunkedArray) -> dict[str, Rows]:
    """The rows of each product."""
    coded = product.combine_chunks().dictionary_encode()
    codes = coded.indices.to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    return {
        name: order[begin:end]
        for name, begin, end in zip(coded.dictionary.to_pylist(), ends[:-1], ends[1:], strict=True)
    }


def _families(rows_of: dict[str, Rows]) -> list[Rows]:
    """Rows that are read together."""
    groups = {item.id for item in products() if item.is_group}
    single = [rows for name, rows in rows_of.items() if name not in groups]
    together = [np.concatenate(single)] if single else []
    return together + [rows for name, rows in rows_of.items() if name in groups]


def _unseen(cells: pa.Table, rows_of: dict[str, Rows], mid: Array, fitted: FittedPrior) -> Array:
    """Terms that a product's comparison holds and no row shows, at the product's first row; endpoints all have rows."""
    unseen = np.zeros(mid.shape)
    if fitted.event_kind == "pt":
        held = np.asarray(cells["n_terms"].to_numpy(), dtype=np.float64)
        for rows in rows_of.values():
            lacking = held[rows[0]] - questions(mid[rows])
            unseen[rows[0]] = max(lacking, 0.0)
    return unseen


def _multiplicity(
    table: TwoByTwo, families: list[Rows], mid: Array, fitted: FittedPrior, unseen: Array
) -> dict[str, Array]:
    """The two shares of false findings of each row, and the size of its family, unseen pairs counted."""
    q, rate, size = (np.full(mid.shape, np.nan) for _ in range(3))
    share = np.full(mid.shape, np.nan)
    asked = ~np.isnan(mid)
    if fitted.prior:
        some = TwoByTwo(*(cell[asked] for cell in table))
        share[asked] = false_share(some.a, expected_count(*some), fitted.prior)
    for rows in families:
        lacking = int(unseen[rows].sum())
        q[rows] = benjamini_hochberg(mid[rows], lacking)
        rate[rows] = bayesian_false_discovery_rate(share[rows])
        size[rows] = np.where(asked[rows], questions(mid[rows]) + lacking, np.nan)
    return {"bh_q": q, "false_share": share, "bayesian_fdr": rate, "n_questions": size}


def _likelihood_ratios(table: TwoByTwo, rows_of: list[Rows], mid: Array, comparator: str) -> dict[str, Array]:
    """Statistic and both simulated p of each row, its product's rows taken together."""
    found = np.full((len(LIKELIHOOD_RATIO_COLUMNS), mid.size), np.nan)
    if comparator in LIKELIHOOD_RATIO_COMPARATORS:
        for rows in rows_of:
            asked = rows[~np.isnan(mid[rows])]
            some = TwoByTwo(*(cell[asked] for cell in table))
            for column, values in zip(found, likelihood_ratios(some.a, expected_count(*some)), strict=True):
                column[asked] = values
    return dict(zip(LIKELIHOOD_RATIO_COLUMNS, found, strict=True))

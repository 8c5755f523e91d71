"""How far the reports of a dominating product or event hide another pair: a recount, and the screen that guesses it.

A pair's expected count comes from the other reports. Where one product or event makes a large part of those, it sets
the background, and pairs that stand out against everything else no longer stand out. The answer is to count again
without it; a closed form that needs no recount is a screen, and is shown with its error.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.disproportionality import (
    expected_count,
    information_component,
    proportional_reporting_ratio,
    reporting_odds_ratio,
)
from pipeline.signals.interval import Array, Flags, Interval, TwoByTwo, two_by_two

KINDS = ("product", "event", "term")
"""What is taken away: every report that names a product; every report with an event; an event's terms, reports kept."""


class Masking(NamedTuple):
    """What a removal does to each pair, every column of shape (n,).

    ic, ror, prr: of the cells as they are; with _after: of the cells counted again. shift: ic_after - ic, in log2.
    ratio: the masking ratio of the closed form; ratio_after: the same quotient of the two counts. screen: the IC that
    the closed form expects; error: screen - ic_after. A ratio, screen or error is NaN where a margin is empty or where
    the closed form takes more cases away than a cell holds: the screen has no answer there.
    appears: IC025 is above 0 only after the removal; vanishes: only before it.
    """

    ic: Interval
    ic_after: Interval
    ror: Interval
    ror_after: Interval
    prr: Interval
    prr_after: Interval
    shift: Array
    ratio: Array
    ratio_after: Array
    screen: Array
    error: Array
    appears: Flags
    vanishes: Flags


def masking(before: TwoByTwo, after: TwoByTwo, kind: npt.ArrayLike) -> Masking:
    """Measures of pairs before and after a removal, and what the closed form would have said.

    before, after: the four cells in distinct cases, counted with and without what is removed. kind: one of KINDS for
    each pair. ValueError for another kind, for a cell that grows although reports are removed, and for a case that is
    lost although only terms are.
    """
    before, after, kinds = two_by_two(*before), two_by_two(*after), np.asarray(kind, dtype=np.str_)
    _refuse_impossible(before, after, kinds)
    ic, ic_after = _information(before), _information(after)
    prr, prr_after = (proportional_reporting_ratio(*cells) for cells in (before, after))
    screened = screened_cells(before, after, kinds)
    has_answer = np.asarray(np.isfinite(screened.a))
    screen = np.full(has_answer.shape, np.nan)
    screen[has_answer] = _information(_rows(screened, has_answer)).estimate
    ratio = np.full(has_answer.shape, np.nan)
    of_screen = proportional_reporting_ratio(*_rows(screened, has_answer), exact_bounds=False)
    ratio[has_answer] = _quotient(prr.estimate[has_answer], of_screen.estimate)
    return Masking(
        ic=ic,
        ic_after=ic_after,
        ror=reporting_odds_ratio(*before),
        ror_after=reporting_odds_ratio(*after),
        prr=prr,
        prr_after=prr_after,
        shift=ic_after.estimate - ic.estimate,
        ratio=ratio,
        ratio_after=_quotient(prr.estimate, prr_after.estimate),
        screen=screen,
        error=screen - ic_after.estimate,
        appears=(ic.low <= 0) & (ic_after.low > 0),
        vanishes=(ic.low > 0) & (ic_after.low <= 0),
    )


def screened_cells(before: TwoByTwo, after: TwoByTwo, kind: npt.ArrayLike) -> TwoByTwo:
    """The cells after the removal if what is removed were never reported together with the pair; NaN where impossible.

    product: no report names both the pair's product and the one removed. Then a and b stay, and every case of the
    removed product is a comparator's: with n_x such cases in the comparison, x of them with the event, c becomes c - x
    and d becomes d - (n_x - x). The event's share of the comparator falls from c/n to (c - x)/(n - n_x), n = c + d, so
    PRR is multiplied by the masking ratio (1 - n_x/n) / (1 - x/c): above 1 exactly where the product's share of the
    event's cases is larger than its share of all.
    event: no report has both events. Then a and c stay, and every case with the removed event comes from b or d: with y
    of them on the product's side of m = a + b and z on the other, PRR is multiplied by (1 - z/n) / (1 - y/m).
    term: no term belongs to both events. Then nothing changes and the ratio is 1.
    What is removed is told by before - after, so that the screen and the recount speak of the same reports.
    """
    gone = TwoByTwo(*(np.asarray(old - new) for old, new in zip(before, after, strict=True)))
    of = np.asarray(kind, dtype=np.str_)
    is_product, is_event = of == "product", of == "event"
    a = before.a
    b = before.b - np.where(is_event, gone.a + gone.b, 0.0)
    c = before.c - np.where(is_product, gone.a + gone.c, 0.0)
    d = before.d - np.where(is_product, gone.b + gone.d, 0.0) - np.where(is_event, gone.c + gone.d, 0.0)
    impossible = (b < 0) | (c < 0) | (d < 0)
    return TwoByTwo(*(np.where(impossible, np.nan, cell) for cell in (a, b, c, d)))


def _information(cells: TwoByTwo) -> Interval:
    return information_component(cells.a, expected_count(*cells))


def _quotient(before: Array, after: Array) -> Array:
    """PRR after over PRR before; NaN where either is 0, infinite or undefined."""
    first, second = (np.where(prr == 0, np.nan, prr) for prr in (before, after))
    return np.asarray(second / first, dtype=np.float64)


def _rows(cells: TwoByTwo, chosen: Flags) -> TwoByTwo:
    return TwoByTwo(*(cell[chosen] for cell in cells))


def _refuse_impossible(before: TwoByTwo, after: TwoByTwo, kinds: npt.NDArray[np.str_]) -> None:
    if kinds.shape != before.a.shape or after.a.shape != before.a.shape:
        raise ValueError(f"kind {kinds.shape}, before {before.a.shape} and after {after.a.shape} differ in length.")
    _refuse("kind", kinds, ~np.isin(kinds, KINDS), f"use one of {', '.join(KINDS)}.")
    for name, old, new in zip("abcd", before, after, strict=True):
        _refuse(f"after.{name}", new, (new > old) & (kinds != "term"), "removing reports never adds cases to a cell.")
    kept = (after.a + after.b == before.a + before.b) & (after.c + after.d == before.c + before.d)
    _refuse("after.a", after.a, ~kept & (kinds == "term"), "dropping terms keeps every report on its side.")


def _refuse(name: str, values: npt.NDArray[np.generic], wrong: Flags, why: str) -> None:
    if np.any(wrong):
        at = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"{name}[{at}] is {values[at]}: {why}")

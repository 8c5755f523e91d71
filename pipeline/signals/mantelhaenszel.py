"""One odds ratio across strata after Mantel and Haenszel, and whether the strata agree on it.

Every array of counts has shape (n, k): n pairs of a drug and an event, k strata. A stratum in which one of the four
margins is empty (no case of the drug, none of its comparator, none with the event or none without it) carries no
information: it adds nothing to any sum here, and is counted.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.interval import NORMAL_QUANTILE, Array, Flags, Interval, TwoByTwo, checked_columns

LEAST_STRATA = 2
"""Informative strata needed to ask whether they agree."""


class Information(NamedTuple):
    """How many strata hold a case at all, and how many of these carry information on the odds ratio; shape (n,)."""

    with_cases: Array
    informative: Array


class MantelHaenszel(NamedTuple):
    """The common odds ratio with its 95 % interval, and χ² with one degree of freedom, uncorrected; shape (n,).

    `chi2` is NaN without an informative stratum.
    """

    ratio: Interval
    chi2: Array


class BreslowDay(NamedTuple):
    """Whether the strata's odds ratios differ from the common one, shape (n,); NaN where it cannot be asked.

    plain: Breslow and Day's χ². tarone: the same with Tarone's correction. df: informative strata less one. p_plain,
    p_tarone: p values of the two. least_fitted: the smallest cell that the common odds ratio expects in any
    informative stratum; well below 5, the χ² approximation is rough.
    """

    plain: Array
    tarone: Array
    df: Array
    p_plain: Array
    p_tarone: Array
    least_fitted: Array


def stratified_tables(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> TwoByTwo:
    """Cells of n pairs in k strata as float64, shape (n, k).

    Raises ValueError where the cells have other than two dimensions or different shapes, or where a cell is negative,
    missing or infinite.
    """
    cells = {name: np.asarray(cell, dtype=np.float64) for name, cell in zip("abcd", (a, b, c, d), strict=True)}
    shapes = {cell.shape for cell in cells.values()}
    if len(shapes) != 1 or cells["a"].ndim != LEAST_STRATA:
        told = ", ".join(f"{name} {cell.shape}" for name, cell in cells.items())
        raise ValueError(f"Cells of shapes {told}: give four arrays of one shape (pairs, strata).")
    checked_columns(**{name: cell.ravel() for name, cell in cells.items()})
    return TwoByTwo(**cells)


def information(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Information:
    """Strata with cases, and strata with information, of each pair; cells of shape (n, k)."""
    table = stratified_tables(a, b, c, d)
    return Information(_count(table.a + table.b + table.c + table.d > 0), _count(~table.has_empty_margin))


def mantel_haenszel(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> MantelHaenszel:
    """The common odds ratio Σ(ad/n) / Σ(bc/n) over the strata, cells of shape (n, k).

    The interval is symmetric on the log scale with the variance that holds for few large strata and for many small
    ones; with one stratum it is Woolf's. Where no informative stratum has both a and d, estimate is 0; where none has
    both b and c, it is infinite: neither has bounds then, as the variance does not exist. Without an informative stratum
    all is NaN. χ² compares Σa with its expectation given the margins, without a correction for continuity.
    Source: Robins, Breslow, Greenland 1986, Biometrics 42:311, as R's `mantelhaen.test(correct = FALSE)` has it.
    """
    table = stratified_tables(a, b, c, d)
    total = table.a + table.b + table.c + table.d
    size = np.where(total > 0, total, 1.0)
    above, below = table.a * table.d / size, table.b * table.c / size
    up, down = above.sum(axis=1), below.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = up / down
        reach = np.exp(NORMAL_QUANTILE * np.sqrt(_log_variance(table, size, above, below)))
    infinite, zero = (up > 0) & (down == 0), (up == 0) & (down > 0)
    ratio[infinite] = np.nan
    reach[infinite | zero] = np.nan
    return MantelHaenszel(Interval(ratio, ratio / reach, ratio * reach, infinite), _chi_square(table, total))


def breslow_day(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike, ratio: npt.ArrayLike
) -> BreslowDay:
    """Whether each pair's odds ratio is the same in all strata; cells of shape (n, k), ratio the common one, shape (n,).

    In each informative stratum the common odds ratio and the margins fix the cells, which are the solution of a quadratic
    equation. The squared distance of a from its fitted value is divided by 1 / Σ(1 / fitted cell) and summed. The common
    ratio is Mantel and Haenszel's, not the most likely one, so that the sum is a little too large: Tarone takes off
    (Σ distance)² / Σ variance. NaN where the common ratio is 0, infinite or missing, and with fewer than two informative strata.
    """
    table = stratified_tables(a, b, c, d)
    common = np.asarray(ratio, dtype=np.float64)
    if common.shape != table.a.shape[:1]:
        raise ValueError(f"ratio has shape {common.shape} beside {table.a.shape[0]} pairs: give one ratio for each.")
    used = ~table.has_empty_margin
    strata = _count(used)
    asked = (strata >= LEAST_STRATA) & np.isfinite(common) & (common > 0)
    fitted = _fitted(table, np.where(asked, common, 1.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(used, 1.0 / sum(1.0 / cell for cell in fitted), 0.0)
        distance = np.where(used, table.a - fitted.a, 0.0)
        plain = np.where(used, distance**2 / variance, 0.0).sum(axis=1)
        tarone = np.maximum(plain - distance.sum(axis=1) ** 2 / variance.sum(axis=1), 0.0)
    least = np.where(used, np.minimum.reduce(fitted), np.inf).min(axis=1, initial=np.inf)
    df = strata - 1.0
    columns = (plain, tarone, df, special.chdtrc(df, plain), special.chdtrc(df, tarone), least)
    return BreslowDay(*(np.where(asked, column, np.nan) for column in columns))


def stratified_expected(a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike, d: npt.ArrayLike) -> Array:
    """Cases expected with drug and event if they were independent within every stratum: Σ (a+b)(a+c)/n, shape (n,).

    Cells of shape (n, k); an empty stratum adds nothing.
    """
    table = stratified_tables(a, b, c, d)
    total = table.a + table.b + table.c + table.d
    products = (table.a + table.b) * (table.a + table.c) / np.where(total > 0, total, 1.0)
    return np.asarray(products.sum(axis=1), dtype=np.float64)


def _count(strata: Flags) -> Array:
    return np.asarray(strata.sum(axis=1), dtype=np.float64)


def _log_variance(table: TwoByTwo, size: Array, above: Array, below: Array) -> Array:
    """Variance of the logarithm of the common odds ratio."""
    agreeing, disagreeing = (table.a + table.d) / size, (table.b + table.c) / size
    up, down = above.sum(axis=1), below.sum(axis=1)
    first = (agreeing * above).sum(axis=1) / (2.0 * up * up)
    middle = (agreeing * below + disagreeing * above).sum(axis=1) / (2.0 * up * down)
    return np.asarray(first + middle + (disagreeing * below).sum(axis=1) / (2.0 * down * down))


def _chi_square(table: TwoByTwo, total: Array) -> Array:
    """Square of Σ(a - expected) over its variance given all margins; strata of one case have no variance."""
    a, b, c, d = table
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(total > 0, (a + b) * (a + c) / total, 0.0)
        variance = np.where(total > 1, (a + b) / total * (c + d) / total * (a + c) * (b + d) / (total - 1.0), 0.0)
        distance = (a - expected).sum(axis=1)
        return np.asarray(distance * distance / variance.sum(axis=1))


def _fitted(table: TwoByTwo, common: Array) -> TwoByTwo:
    """Cells that have the margins of each stratum and the common odds ratio.

    a solves (1 - ratio)·a² + middle·a - ratio·drug·event = 0; of two ways to write its root, the one that does not
    subtract nearly equal numbers is taken.
    """
    ratio = common[:, np.newaxis]
    drug, event = table.a + table.b, table.a + table.c
    rest = table.d - table.a  # all cases less both margins
    middle = rest + ratio * (drug + event)
    root = np.sqrt(np.maximum(middle * middle + 4.0 * (1.0 - ratio) * ratio * drug * event, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(middle >= 0, 2.0 * ratio * drug * event / (middle + root), (root - middle) / (2.0 * (1.0 - ratio)))
    return TwoByTwo(a, drug - a, event - a, rest + a)

"""What is still to come of the newest quarters, from how late the cases of earlier quarters came.

The reporting triangle holds cases by the quarter of their origin and by how many quarters later they arrived; of the
newest quarter only delay 0 has been seen. With expected cases `size of the quarter × share of the delay`, the Poisson
likelihood is greatest where cumulative counts grow by the ratio of column sums: the chain ladder. That equality is
derived in docs/trend.md and tested against a direct maximisation.

The interval is a parametric bootstrap. Each draw makes the seen triangle anew from its fitted means, with the Pearson
dispersion (variance = dispersion × mean, never below 1), and takes the shares of the delays from it: their uncertainty.
Given those shares, the size of the quarter is drawn from its gamma posterior under the prior size^(-1/2), and the cases
still to come from it: so a quarter without any case yet is not foretold as certainly empty.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.signals.interval import TAIL, Array

LONGEST_DELAY = 8
LEAST_FOLLOWED = 4
"""Quarters that must have been followed to the last delay: fewer would carry the tail of the distribution."""

LEAST_ORIGINS = 8
MOST_ORIGINS = 20
"""Older quarters arrived under other rules."""

LEAST_CASES = 30
DRAWS = 1_000
SEED = 20_170_830
HALF = 0.5


class Nowcast(NamedTuple):
    """Quarters of origin in order, shape (n,): cases known, cases expected in the end, and their 95 % bounds.

    "In the end" is within `delays` quarters after the origin; later arrivals are neither counted nor foretold. The
    oldest quarters are complete: known, expected and both bounds are one number. share_known: of the cases expected.
    dispersion: at least 1; NaN where every case came at once, so that nothing is still to come.
    """

    known: Array
    expected: Array
    low: Array
    high: Array
    share_known: Array
    delays: int
    dispersion: float


class NowcastRefused(NamedTuple):
    """Why nothing is foretold, in one sentence; the number of cases in the triangle."""

    reason: str
    n: int


def nowcast(triangle: npt.ArrayLike, *, draws: int = DRAWS, seed: int = SEED) -> Nowcast | NowcastRefused:
    """Cases that each quarter of origin will have in the end.

    triangle: cases by origin (rows, oldest first) and delay in quarters (columns from 0), shape (n_origins, n_delays);
    only the newest MOST_ORIGINS rows and the first LONGEST_DELAY + 1 columns are used. Cells that cannot have been seen
    (row + column beyond the last row) must be 0. The same seed gives the same bounds. Refused where the triangle is too
    thin: fewer than LEAST_ORIGINS quarters or LEAST_CASES cases, no case in all the quarters that would tell of a
    delay, or no more cells than the fit has numbers, which leaves nothing to tell the spread. Raises ValueError for a negative, broken or missing count, and for a case in a cell that cannot be seen.
    """
    cases = _checked(triangle)[-MOST_ORIGINS:]
    n_origins = cases.shape[0]
    delays = min(LONGEST_DELAY, n_origins - LEAST_FOLLOWED, cases.shape[1] - 1)
    if n_origins < LEAST_ORIGINS or delays < 1:
        return NowcastRefused(
            f"Quarters in a row: {n_origins}; at least {LEAST_ORIGINS} are needed.", int(np.sum(cases))
        )
    cases = cases[:, : delays + 1]
    n_cases = int(np.sum(cases))
    if n_cases < LEAST_CASES:
        return NowcastRefused(f"Cases in the triangle: {n_cases}; at least {LEAST_CASES} are needed.", n_cases)
    seen = seen_cells(n_origins, delays + 1)
    if _has_empty_step(cases, seen):
        return NowcastRefused("No case in the quarters that would tell how many come later.", n_cases)
    known = np.sum(cases, axis=1)
    share = _share_arrived(cases[None], seen)[0][_last_seen(n_origins, delays)]
    if np.all(share >= 1.0):
        return Nowcast(known, known, known, known, share, delays, np.nan)
    spread = pearson_dispersion(cases)
    if np.isnan(spread):
        return NowcastRefused("The cases stand in too few cells of the triangle to tell how they spread.", n_cases)
    dispersion = max(1.0, spread)
    low, high = _bounds(cases, known, share, seen, dispersion, draws, seed)
    return Nowcast(known, known / share, low, high, share, delays, dispersion)


def seen_cells(n_origins: int, n_delays: int) -> npt.NDArray[np.bool_]:
    """True for the cells of a triangle that can have been seen: delay at most the quarters since."""
    return np.asarray(np.arange(n_delays) < n_origins - np.arange(n_origins)[:, None])


def share_by_delay(triangle: npt.ArrayLike) -> Array:
    """Share of a quarter's cases that has arrived by each delay, shape (n_delays,), the last one 1: the chain ladder."""
    cases = _checked(triangle)
    return np.asarray(_share_arrived(cases[None], seen_cells(*cases.shape))[0])


def _checked(triangle: npt.ArrayLike) -> Array:
    cases = np.asarray(triangle, dtype=np.float64)
    if cases.ndim != 2 or not cases.size:  # noqa: PLR2004 -- origins by delays
        raise ValueError(f"triangle has shape {cases.shape}: give quarters of origin by delays.")
    broken = ~(np.isfinite(cases) & (cases >= 0) & (cases == np.floor(cases)))
    unseen = (cases != 0) & ~seen_cells(*cases.shape)
    for wrong, words in ((broken, "must be a whole number of at least 0"), (unseen, "cannot have been seen yet")):
        if wrong.any():
            row, column = map(int, np.argwhere(wrong)[0])
            raise ValueError(f"triangle[{row}, {column}] is {cases[row, column]:g}: it {words}.")
    return cases


def _last_seen(n_origins: int, delays: int) -> npt.NDArray[np.int64]:
    """The last delay seen of each origin."""
    return np.minimum(n_origins - 1 - np.arange(n_origins), delays)


def _has_empty_step(cases: Array, seen: npt.NDArray[np.bool_]) -> bool:
    running = np.cumsum(cases, axis=1)
    return bool(np.any(np.sum(np.where(seen[:, 1:], running[:, :-1], 0.0), axis=0) == 0))


def _share_arrived(cases: Array, seen: npt.NDArray[np.bool_]) -> Array:
    """Of triangles (k, n_origins, n_delays), the share arrived by each delay, (k, n_delays).

    A step that no case tells of is taken as none; a refusal keeps that from the triangle itself.
    """
    running = np.cumsum(cases, axis=2)
    before = np.sum(np.where(seen[:, 1:], running[:, :, :-1], 0.0), axis=1)
    after = np.sum(np.where(seen[:, 1:], running[:, :, 1:], 0.0), axis=1)
    kept = np.where(after > 0, before / np.where(after > 0, after, 1.0), 1.0)
    kept = np.concatenate([kept, np.ones((kept.shape[0], 1))], axis=1)
    # a step from nothing to something would say that none arrives at once: half a case stands in for it
    return np.maximum(np.cumprod(kept[:, ::-1], axis=1)[:, ::-1], HALF / max(float(np.max(running)), 1.0))


def _fitted(known: Array, share: Array, seen: npt.NDArray[np.bool_]) -> Array:
    """Fitted means of the cells seen: size of the quarter times share of the delay; 0 elsewhere."""
    n_origins, n_delays = seen.shape
    by_delay = np.empty(n_delays)
    by_delay[_last_seen(n_origins, n_delays - 1)] = share
    return np.where(seen, (known / share)[:, None] * np.diff(by_delay, prepend=0.0), 0.0)


def pearson_dispersion(triangle: npt.ArrayLike) -> float:
    """Pearson's χ² of the fitted triangle by its degrees of freedom: about 1 where counts are Poisson.

    Degrees of freedom: cells with a fitted mean above 0, less the rows and the columns that have any, plus 1 (sizes and
    shares may trade one factor). A quarter without a case and a delay at which none came fit exactly and count in
    neither. NaN where no degree is left.
    """
    cases = _checked(triangle)
    seen = seen_cells(*cases.shape)
    known = np.sum(cases, axis=1)
    share = _share_arrived(cases[None], seen)[0][_last_seen(cases.shape[0], cases.shape[1] - 1)]
    fitted = _fitted(known, share, seen)
    told = fitted > 0
    free = int(np.sum(told)) - int(np.sum(told.any(axis=1))) - int(np.sum(told.any(axis=0))) + 1
    squares = float(np.sum((cases[told] - fitted[told]) ** 2 / fitted[told]))
    return squares / free if free > 0 else np.nan


def _bounds(
    cases: Array,
    known: Array,
    share: Array,
    seen: npt.NDArray[np.bool_],
    dispersion: float,
    draws: int,
    seed: int,
) -> tuple[Array, Array]:
    chance = np.random.Generator(np.random.PCG64(seed))
    n_origins, n_delays = cases.shape
    again = _counts(chance, np.broadcast_to(_fitted(known, share, seen), (draws, n_origins, n_delays)), dispersion)
    arrived = _share_arrived(again, seen)[:, _last_seen(n_origins, n_delays - 1)]
    size = chance.gamma((known + HALF) / dispersion, dispersion / arrived)
    coming = _counts(chance, size * (1.0 - arrived), dispersion)
    low, high = np.quantile(known + coming, (TAIL, 1.0 - TAIL), axis=0, method="inverted_cdf")
    return low, high


def _counts(chance: np.random.Generator, mean: Array, dispersion: float) -> Array:
    """Counts with that mean, and variance dispersion × mean."""
    if dispersion > 1.0:
        mean = chance.gamma(mean / (dispersion - 1.0), dispersion - 1.0)
    return chance.poisson(mean).astype(np.float64)

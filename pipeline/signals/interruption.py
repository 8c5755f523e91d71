"""The change of level and of slope of a quarterly series after a day of the calendar.

A segmented regression: on the scale of the link, a straight line through the quarters before, another through the
quarters after; the quarter of the event itself stands on neither side, for it holds days of both. The change of level
is the step from the first line, carried on, to the second in the first whole quarter after; the change of slope is the
ratio by which one quarter more multiplies the series after, to that before.

Two series answer two questions. Cases (Poisson, log link): are there more? Share of the product's cases (binomial,
logit link): are there more of this kind among all reports of the product, whose number may be growing anyway?
Both are fitted by maximum likelihood; the spread beyond Poisson or binomial is Pearson's χ² by its degrees of freedom,
never below 1, and the bounds are Student's.

Neighbouring quarters may go up and down together, and then a step is found too often. How strongly they do cannot be told
from so few quarters, so the bounds are averaged over what it may be: see `autocorrelation`.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.signals.autocorrelation import MOST_CORRELATED, averaged, correlated, correlation_weights
from pipeline.signals.interval import Array, Flags

WINDOW = 8
"""Quarters looked at on each side, at most: a line is not straight for longer."""

LEAST_QUARTERS = 4
LEAST_CASES = 5
"""Cases on each side: below, the bounds of a likelihood fit mean nothing."""

PARAMETERS = 4
STEPS = 60
CONVERGED = 1e-10
FURTHEST = 30.0
"""Largest linear predictor taken for a number."""

NEGLIGIBLE = 1e-12
"""Added to the information, so that a fit that runs away can be told from one that is done."""

NOTHING = 1e-12
"""Sum of squared residuals below which only rounding is left of them: the lines meet every quarter."""

STEEPEST = 12.0
"""Largest change of level or slope, in logs, taken for a finite one."""


class Contrasts(NamedTuple):
    """Change after the event in each series, shape (n,); NaN where refused, and `reason` then says why (else "").

    level, slope: ratio of cases, or odds ratio of shares, with 95 % bounds and the two-sided p.
    foretold: what the line before says for the event's own quarter, in cases. dispersion: at least 1.
    autocorrelation: of the residuals of neighbouring quarters, NaN where the lines meet every quarter; correlation: of the quarters themselves, the mean of those
    that the bounds are averaged over. n_before, n_after: quarters used.
    """

    level: Array
    level_low: Array
    level_high: Array
    level_p: Array
    slope: Array
    slope_low: Array
    slope_high: Array
    slope_p: Array
    foretold: Array
    dispersion: Array
    autocorrelation: Array
    correlation: Array
    cases_before: Array
    cases_after: Array
    n_before: int
    n_after: int
    reason: tuple[str, ...]


class _Fit(NamedTuple):
    """Coefficients (n, 4), inverse information (n, 4, 4), Pearson residuals (n, t), whether it is a maximum (n,)."""

    coefficients: Array
    inverse: Array
    residuals: Array
    is_maximum: Flags

    def only(self, rows: Flags) -> "_Fit":
        """The fits of these series."""
        return _Fit(self.coefficients[rows], self.inverse[rows], self.residuals[rows], self.is_maximum[rows])


def interrupted_series(
    counts: npt.ArrayLike,
    at: int,
    totals: npt.ArrayLike | None = None,
    *,
    most_correlated: float = MOST_CORRELATED,
) -> Contrasts:
    """Contrast after against before the quarter `at`, for each series.

    counts: cases, shape (n, n_quarters), neighbouring quarters in order; totals: cases of the product in each quarter,
    shape (n_quarters,), for the share; without it the cases themselves are fitted. Quarters without any case of the
    product tell nothing of a share. most_correlated: the largest correlation of neighbours that the bounds allow for; 0 takes
    quarters as independent. Refused, each series for itself: fewer than LEAST_QUARTERS quarters or LEAST_CASES
    cases (for a share, also of cases that are not) on a side, or no finite fit. Raises ValueError for a negative or
    broken count, a count above its total, and a quarter outside the series.
    """
    cases, trials = _checked(counts, at, totals)
    n_series, n_quarters = cases.shape
    window = [t for t in range(max(0, at - WINDOW), min(n_quarters, at + WINDOW + 1)) if t != at]
    time = np.array(window, dtype=np.float64) - (at + 1)
    after = (time >= 0).astype(np.float64)
    design = np.stack([np.ones_like(time), time, after, time * after], axis=1)
    seen = cases[:, window]
    of = None if trials is None else trials[window]
    reasons = [_refusal(seen[k], of, after > 0) for k in range(n_series)]
    table = np.full((n_series, 12), np.nan)
    asked = np.array([not reason for reason in reasons], dtype=np.bool_)
    if asked.any():
        fit = _fitted(design, seen[asked], of)
        places = np.flatnonzero(asked)
        for k in places[~fit.is_maximum]:
            reasons[k] = "No finite fit: a side has its cases in too few quarters."
        good = fit.only(fit.is_maximum)
        total_there = None if trials is None else float(trials[at])
        table[places[fit.is_maximum]] = _told(design, good, of, total_there, most_correlated)
    sides = (np.sum(seen[:, after == 0], axis=1), np.sum(seen[:, after > 0], axis=1))
    level, level_low, level_high, level_p, slope, slope_low, slope_high, slope_p, *others = table.T.copy()
    foretold, dispersion, autocorrelation, correlation = others
    return Contrasts(
        *(level, level_low, level_high, level_p),
        *(slope, slope_low, slope_high, slope_p),
        *(foretold, dispersion, autocorrelation, correlation),
        *sides,
        int(np.sum(after == 0)),
        int(np.sum(after > 0)),
        tuple(reasons),
    )


def _checked(counts: npt.ArrayLike, at: int, totals: npt.ArrayLike | None) -> tuple[Array, Array | None]:
    cases = np.asarray(counts, dtype=np.float64)
    if cases.ndim != 2:  # noqa: PLR2004 -- series by quarters
        raise ValueError(f"counts has shape {cases.shape}: give series by quarters.")
    if not 0 <= at < cases.shape[1]:
        raise ValueError(f"at is {at}: it names none of the {cases.shape[1]} quarters.")
    _refuse_where(~(np.isfinite(cases) & (cases >= 0)), "counts", cases, "must be a finite number of at least 0")
    if totals is None:
        return cases, None
    trials = np.asarray(totals, dtype=np.float64)
    if trials.shape != cases.shape[1:]:
        raise ValueError(f"totals has shape {trials.shape}: give one number for each of {cases.shape[1]} quarters.")
    _refuse_where(~(np.isfinite(trials) & (trials >= 0)), "totals", trials, "must be a finite number of at least 0")
    _refuse_where(cases > trials, "counts", cases, "is more than all cases of the quarter")
    return cases, trials


def _refuse_where(wrong: Flags, name: str, values: Array, words: str) -> None:
    if wrong.any():
        at = tuple(map(int, np.argwhere(wrong)[0]))
        raise ValueError(f"{name}[{', '.join(map(str, at))}] is {values[at]:g}: it {words}.")


def _refusal(cases: Array, trials: Array | None, after: Flags) -> str:
    """Why a series cannot be asked, or nothing."""
    for side, words in ((~after, "before"), (after, "after")):
        n_quarters = int(np.sum(side if trials is None else side & (trials > 0)))
        if n_quarters < LEAST_QUARTERS:
            return f"Quarters {words}: {n_quarters}; at least {LEAST_QUARTERS} are needed."
        n_cases = float(np.sum(cases[side]))
        if n_cases < LEAST_CASES:
            return f"Cases {words}: {n_cases:g}; at least {LEAST_CASES} are needed."
        if trials is not None and float(np.sum((trials - cases)[side])) < LEAST_CASES:
            return f"All but a few of the product's cases {words} are of this kind: a share near one tells no change."
    return ""


def _fitted(design: Array, cases: Array, trials: Array | None) -> _Fit:
    """Newton's steps for every series at once."""
    beta = _started(cases, trials)
    step = np.full(beta.shape, np.inf)
    for _ in range(STEPS):
        mean, weight = _mean_and_weight(design, beta, trials)
        score = np.sum((cases - mean)[:, :, None] * design, axis=1)
        step = np.linalg.solve(_information(design, weight), score[:, :, None])[:, :, 0]
        beta = beta + np.clip(step, -2.0, 2.0)
        if np.max(np.abs(step)) < CONVERGED:
            break
    mean, weight = _mean_and_weight(design, beta, trials)
    inverse = np.asarray(np.linalg.inv(_information(design, weight)), dtype=np.float64)
    settled = np.max(np.abs(step), axis=1) < CONVERGED * 1e3
    finite = np.max(np.abs(beta[:, 1:]), axis=1) < STEEPEST
    known = np.max(np.diagonal(inverse, axis1=1, axis2=2), axis=1) < STEEPEST**2
    return _Fit(beta, inverse, (cases - mean) / np.sqrt(weight), settled & finite & known)


def _started(cases: Array, trials: Array | None) -> Array:
    """Flat lines at the mean of all quarters."""
    mean = np.sum(cases, axis=1) / (cases.shape[1] if trials is None else np.sum(trials))
    level = np.log(mean) if trials is None else special.logit(mean)
    beta = np.zeros((cases.shape[0], PARAMETERS))
    beta[:, 0] = level
    return beta


def _mean_and_weight(design: Array, beta: Array, trials: Array | None) -> tuple[Array, Array]:
    """Means, and their variances under the model; a quarter that tells nothing keeps a weight of next to nothing."""
    line = np.clip(np.sum(beta[:, None, :] * design, axis=2), -FURTHEST, FURTHEST)
    if trials is None:
        mean = np.exp(line)
        return mean, mean
    share = special.expit(line)
    return trials * share, np.maximum(trials * share * (1.0 - share), 1e-12)


def _information(design: Array, weight: Array) -> Array:
    squares = np.sum(weight[:, :, None, None] * (design[:, :, None] * design[:, None, :]), axis=1)
    return np.asarray(squares + NEGLIGIBLE * np.eye(PARAMETERS))


def _told(design: Array, fit: _Fit, trials: Array | None, total_there: float | None, most_correlated: float) -> Array:
    """The first twelve columns of Contrasts."""
    telling = np.ones(design.shape[0], dtype=np.bool_) if trials is None else trials > 0
    free = int(np.sum(telling)) - PARAMETERS
    left = np.where(np.sum(fit.residuals**2, axis=1, keepdims=True) > NOTHING, fit.residuals, 0.0)
    squares = np.sum(left**2, axis=1)
    dispersion = np.maximum(squares / free, 1.0)
    neighbours = np.flatnonzero(np.diff(design[telling, 1]) == 1)
    residuals = left[:, telling]
    products = np.sum(residuals[:, neighbours] * residuals[:, neighbours + 1], axis=1)
    found = np.divide(products, squares, out=np.full(squares.shape, np.nan), where=squares > 0)
    known = correlated(design[telling], design[telling, 1], most_correlated)
    weight = correlation_weights(residuals, known)
    spread = np.maximum(squares[:, None] / known.mean_square, 1.0)
    columns = []
    for place in (2, 3):
        change = fit.coefficients[:, place]
        errors = np.sqrt(fit.inverse[:, place, place, None] * spread * known.growth[:, place])
        reach, p = averaged(change, errors, known.degrees, weight)
        columns += [np.exp(change), np.exp(change - reach), np.exp(change + reach), p]
    line = np.clip(fit.coefficients[:, 0] - fit.coefficients[:, 1], -FURTHEST, FURTHEST)
    columns.append(np.exp(line) if total_there is None else total_there * special.expit(line))
    correlation = np.sum(weight * known.correlation, axis=1)
    return np.stack([*columns, dispersion, found, correlation], axis=1)

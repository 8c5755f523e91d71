"""Proportional hazards: Cox's model of one cause, and Fine and Gray's of its cumulative incidence; ties as Breslow has them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.study.followed import CENSORED, Array, Counts, Followed

CONFIDENCE = 0.95
ITERATIONS = 50
STEP = 1e-9
PERFECT = 1e-6
HALVINGS = 30
ROUNDING = 1e-13
AT_ONCE = 2_048
"""Persons whose terms are summed before the next ones are made."""
NO_FIT = "The model cannot be fitted: a group without an event, or covariates that say the same."


class Fit(NamedTuple):
    """Log hazard ratios, their covariance and the log likelihood; shape (p,), (p, p) and a number."""

    coefficient: Array
    covariance: Array
    log_likelihood: float

    @property
    def standard_error(self) -> Array:
        """Of each log hazard ratio."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    def ratio(self, confidence: float = CONFIDENCE) -> tuple[Array, Array, Array]:
        """Hazard ratio and its bounds, symmetric in the logarithm (Wald), each of shape (p,)."""
        reach = float(special.ndtri((1.0 + confidence) / 2.0)) * self.standard_error
        return np.exp(self.coefficient), np.exp(self.coefficient - reach), np.exp(self.coefficient + reach)

    @property
    def p(self) -> Array:
        """Two-sided p value of no effect of each covariate (Wald)."""
        return np.asarray(2.0 * special.ndtr(-np.abs(self.coefficient / self.standard_error)))


class _Held(NamedTuple):
    """What stays the same from step to step: covariates, centred, and at each time of the cause who adds to its sums."""

    x: Array
    x_by_exit: Array
    time: Array
    events: Array
    own: npt.NDArray[np.bool_]
    still: npt.NDArray[np.int64]
    entered: npt.NDArray[np.int64]
    by_exit: npt.NDArray[np.int64]
    by_entry: npt.NDArray[np.int64]
    thinned: Array
    thinning: Array


class _Sums(NamedTuple):
    """Weighted sums over those who count at each time of the cause: of 1, x and x xᵀ."""

    zero: Array
    one: Array
    two: Array


def cox(persons: Followed, covariates: npt.ArrayLike, cause: int = 1) -> Fit:
    """Cause-specific hazard ratios, shape of covariates (n, p); other causes are censored. Late entry is allowed.

    Newton's method on Breslow's partial likelihood, halving a step that does not raise it. ValueError where it has no
    finite maximum. Source: Cox 1972; the likelihood is checked against its definition.
    """
    held = _held(persons, covariates, cause, None)
    beta, information, likelihood = _maximised(held)
    return Fit(beta, np.asarray(np.linalg.inv(information), dtype=np.float64), likelihood)


def fine_gray(persons: Followed, covariates: npt.ArrayLike, cause: int = 1) -> Fit:
    """Subdistribution hazard ratios, shape of covariates (n, p); those with another event stay, ever thinner.

    Whoever had another event keeps the weight G(t)/G(its time), G the share not yet censored. The covariance is the
    sandwich that counts the estimation of G. ValueError with late entry, which the weights do not know. Source: Fine and
    Gray 1999, doi:10.1080/01621459.1999.10474144; checked against cmprsk's crr.
    """
    if np.isfinite(persons.entry).any():
        raise ValueError("Fine and Gray's weights know no late entry: give persons followed from the start.")
    held = _held(persons, covariates, cause, _uncensored(persons))
    beta, information, likelihood = _maximised(held)
    influence = _influence(held, persons, beta)
    bread = np.linalg.inv(information)
    return Fit(beta, bread @ (influence.T @ influence) @ bread, likelihood)


def _held(persons: Followed, covariates: npt.ArrayLike, cause: int, uncensored: Array | None) -> _Held:
    x = np.asarray(covariates, dtype=np.float64)
    if x.ndim != 2 or x.shape[0] != persons.exit.size or not np.isfinite(x).all():  # noqa: PLR2004 -- persons by covariates
        raise ValueError(f"covariates {x.shape} are finite, one row for each of {persons.exit.size} persons.")
    own = persons.cause == cause
    time, events = np.unique(persons.exit[own], return_counts=True)
    if not time.size:
        raise ValueError(NO_FIT)
    by_exit, by_entry = np.argsort(persons.exit, kind="stable"), np.argsort(persons.entry, kind="stable")
    other = np.zeros(own.size) if uncensored is None else ((persons.cause != CENSORED) & ~own) / uncensored
    at = np.searchsorted(np.sort(persons.exit), time, side="left")
    centred = x - x.mean(axis=0)
    return _Held(
        centred,
        centred[by_exit],
        time,
        events.astype(np.float64),
        own,
        at,
        np.searchsorted(np.sort(persons.entry), time, side="left"),
        by_exit,
        by_entry,
        other,
        np.zeros(time.size) if uncensored is None else uncensored[by_exit][np.minimum(at, own.size - 1)],
    )


def _uncensored(persons: Followed) -> Array:
    """Share not yet censored just before each person's exit, shape (n,)."""
    time, place = np.unique(persons.exit, return_inverse=True)
    censored = np.bincount(place, persons.cause == CENSORED, minlength=time.size)
    at_risk = persons.exit.size - np.searchsorted(np.sort(persons.exit), time, side="left")
    after = np.cumprod(1.0 - censored / at_risk)
    return np.asarray(np.concatenate([[1.0], after[:-1]])[place])


def _maximised(held: _Held) -> tuple[Array, Array, float]:
    """The coefficients at which the partial likelihood is largest, its information there, and its logarithm.

    Covariates that foretell every event without error have no finite maximum, whatever the last digits say.
    """
    beta = np.zeros(held.x.shape[1])
    score, information, likelihood = _derivatives(held, beta)
    for _ in range(ITERATIONS):
        step = _solved(information, score)
        if likelihood > -PERFECT:
            break
        if np.max(np.abs(step)) < STEP * (1.0 + np.max(np.abs(beta))):
            return beta, information, likelihood
        beta, score, information, likelihood = _raised(held, beta, step, likelihood)
    raise ValueError(NO_FIT)


def _raised(held: _Held, beta: Array, step: Array, likelihood: float) -> tuple[Array, Array, Array, float]:
    """The coefficients after as much of the step as does not lower the likelihood, with its derivatives there."""
    for _ in range(HALVINGS):
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # a step too long is seen and halved
            score, information, tried = _derivatives(held, beta + step)
        if np.isfinite(tried) and tried >= likelihood - abs(likelihood) * ROUNDING:
            return beta + step, score, information, tried
        step = step / 2.0
    raise ValueError(NO_FIT)


def _solved(information: Array, score: Array) -> Array:
    if not np.isfinite(information).all() or np.linalg.cond(information) > 1e12:  # noqa: PLR2004 -- singular in doubles
        raise ValueError(NO_FIT)
    return np.asarray(np.linalg.solve(information, score))


def _derivatives(held: _Held, beta: Array) -> tuple[Array, Array, float]:
    """First derivative, negative second derivative and value of the logarithm of the partial likelihood."""
    linear = held.x @ beta
    sums = _sums(held, np.exp(linear))
    mean = sums.one / sums.zero[:, None]
    score = held.x[held.own].sum(axis=0) - held.events @ mean
    spread = sums.two / sums.zero[:, None, None] - mean[:, :, None] * mean[:, None, :]
    likelihood = float(linear[held.own].sum() - held.events @ np.log(sums.zero))
    return score, np.tensordot(held.events, spread, axes=1), likelihood


def _sums(held: _Held, weight: Array) -> _Sums:
    """Those still followed, less those not yet entered, and the thinned ones who had another event before."""
    n, p = held.x.shape
    by_exit = weight[held.by_exit]
    total = _first(held.x_by_exit[::-1], (by_exit[::-1],), n - held.still)
    if held.entered.min() < n:
        last_entered = held.by_entry[::-1]
        total = total - _first(held.x[last_entered], (weight[last_entered],), n - held.entered)
    if held.thinned.any():
        past = _first(held.x_by_exit, (by_exit, held.thinned[held.by_exit]), held.still)
        total = total + held.thinning[:, None] * past
    two = np.empty((total.shape[0], p, p))
    row, column = np.triu_indices(p)
    two[:, row, column] = two[:, column, row] = total[:, p + 1 :]
    return _Sums(total[:, 0], total[:, 1 : p + 1], two)


def _first(x: Array, factors: Sequence[Array], many: Counts) -> Array:
    """Of the first so many persons: the sums of 1, of their covariates and of the products of two, times the factors.

    x: shape (n, p), factors: (n,) each; the answer has a row for each of many. The persons are taken some thousands at a
    time, so that what is summed stays in the processor's cache.
    """
    row, column = np.triu_indices(x.shape[1])
    n_terms = 1 + x.shape[1] + row.size
    found, so_far = np.zeros((many.size, n_terms)), np.zeros(n_terms)
    rising = np.argsort(many, kind="stable")
    wanted = many[rising]
    for begin in range(0, x.shape[0], AT_ONCE):
        part = x[begin : begin + AT_ONCE]
        terms = np.concatenate([np.ones((part.shape[0], 1)), part, part[:, row] * part[:, column]], axis=1)
        for factor in factors:
            terms *= factor[begin : begin + AT_ONCE, None]
        terms[0] += so_far
        terms = np.cumsum(terms, axis=0)
        low, high = np.searchsorted(wanted, [begin + 1, begin + part.shape[0] + 1])
        found[rising[low:high]] = terms[wanted[low:high] - begin - 1]
        so_far = terms[-1]
    return found


def _influence(held: _Held, persons: Followed, beta: Array) -> Array:
    """What each person moves the score by, through their own events and through the share not censored; shape (n, p)."""
    weight = np.exp(held.x @ beta)
    sums = _sums(held, weight)
    mean, step = sums.one / sums.zero[:, None], held.events / sums.zero
    own = _own_part(held, persons, weight, mean, step)
    return np.asarray(own + _censoring_part(held, persons, weight, mean, step), dtype=np.float64)


def _own_part(held: _Held, persons: Followed, weight: Array, mean: Array, step: Array) -> Array:
    upto = np.searchsorted(held.time, persons.exit, side="right")
    plain, centred = _before(step), _before(step[:, None] * mean)
    moved = -weight[:, None] * (held.x * plain[upto][:, None] - centred[upto])
    at = np.minimum(np.searchsorted(held.time, persons.exit), held.time.size - 1)
    moved += held.own[:, None] * (held.x - mean[at])
    thin, thin_centred = _before(held.thinning * step), _before((held.thinning * step)[:, None] * mean)
    later = held.x * (thin[-1] - thin[upto])[:, None] - (thin_centred[-1] - thin_centred[upto])
    return np.asarray(moved - (weight * held.thinned)[:, None] * later)


def _censoring_part(held: _Held, persons: Followed, weight: Array, mean: Array, step: Array) -> Array:
    """The share not censored is estimated: what a person adds to it, at their own censoring and while at risk of it."""
    is_censored = persons.cause == CENSORED
    if not is_censored.any():
        return np.zeros_like(held.x)
    time, counts = np.unique(persons.exit[is_censored], return_counts=True)
    ordered = np.sort(persons.exit)
    at_risk = persons.exit.size - np.searchsorted(ordered, time, side="left")
    past_weight, past_x = (
        _before(side[held.by_exit])[np.searchsorted(ordered, time, side="left")]
        for side in (weight * held.thinned, held.x * (weight * held.thinned)[:, None])
    )
    thin, thin_centred = _before(held.thinning * step), _before((held.thinning * step)[:, None] * mean)
    ahead = np.searchsorted(held.time, time, side="left")
    left, left_centred = thin[-1] - thin[ahead], thin_centred[-1] - thin_centred[ahead]
    q = past_x * left[:, None] - past_weight[:, None] * left_centred
    jump = q / at_risk[:, None]
    running = _before(jump * (counts / at_risk)[:, None])
    found = -running[np.searchsorted(time, persons.exit, side="right")]
    found[is_censored] += jump[np.searchsorted(time, persons.exit[is_censored])]
    return np.asarray(found)


def _before(values: Array) -> Array:
    """Sum of the values before each place, and of all behind the last."""
    return np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])

"""Aalen–Johansen: the share that has had one event first, where other events end the chance of it."""

from typing import Literal, NamedTuple

import numpy as np

from pipeline.study.bounds import CONFIDENCE, Curve, Scale, bounded
from pipeline.study.followed import Array, Followed, RiskTable, risk_table

Variance = Literal["aalen", "greenwood", "jackknife"]


class _Steps(NamedTuple):
    """At each time: at risk, events of the cause and of any, share free of all events before and after, and the incidence."""

    n: Array
    own: Array
    every: Array
    before: Array
    after: Array
    incidence: Array


def cumulative_incidence(
    persons: Followed,
    cause: int,
    variance: Variance = "aalen",
    scale: Scale = "log-log",
    confidence: float = CONFIDENCE,
) -> Curve:
    """Share with the event `cause` as their first by each time of exit, other causes competing, shape (t,).

    variance names the estimator, since they differ by up to a seventh at the last events. aalen: counting-process variance
    with the correction for ties (as cmprsk's cuminc). greenwood: that of a multinomial at each time (as etm). jackknife:
    infinitesimal jackknife, the sum of squared influences of single persons (as survfit for many states). All are checked
    against those packages. All three cost the order of n log n.
    """
    table = risk_table(persons, max(cause, int(persons.cause.max(initial=0))))
    steps = _steps(table, cause)
    found = _jackknife(persons, table, steps, cause) if variance == "jackknife" else _plug_in(steps, variance)
    return bounded(table.time, steps.incidence, np.sqrt(found), scale, confidence)


def _steps(table: RiskTable, cause: int) -> _Steps:
    n, every = table.n_risk.astype(np.float64), table.n_event.astype(np.float64)
    own = table.events[:, cause - 1].astype(np.float64)
    after = np.asarray(np.cumprod(1.0 - every / n), dtype=np.float64)
    before = np.concatenate([[1.0], after[:-1]])
    return _Steps(n, own, every, before, after, np.cumsum(before * own / n))


def _plug_in(steps: _Steps, variance: Variance) -> Array:
    """Sum over event times u ≤ t of what the events at u add, (F(t) - F(u)) multiplied out so that one pass is enough."""
    n, own, every, before, after, incidence = steps
    others = every - own
    if variance == "greenwood":
        with np.errstate(divide="ignore", invalid="ignore"):
            leave = np.where(every < n, every / (n * (n - every)), 0.0)
        mixed = before * own / n**2
        constant = leave * incidence**2 + 2 * mixed * incidence + before**2 * own * (n - own) / n**3
        return _squared(leave, leave * incidence + mixed, constant, incidence)
    inverse = np.divide(1.0, after, out=np.zeros_like(after), where=after > 0)
    by_own, by_others = (before**2 * _untied(d, n) for d in (own, others))
    by_others = np.where(after > 0, by_others, 0.0)
    reach = 1.0 + incidence * inverse  # of the event itself; of another, only what it takes away later
    return _squared(
        (by_own + by_others) * inverse**2,
        by_own * reach * inverse + by_others * incidence * inverse**2,
        by_own * reach**2 + by_others * (incidence * inverse) ** 2,
        incidence,
    )


def _untied(d: Array, n: Array) -> Array:
    """Variance of d/n where d of n leave at once: the draws are without replacement."""
    together = np.divide(d - 1.0, n - 1.0, out=np.zeros_like(d), where=(d > 1) & (n > 1))
    return np.asarray((1.0 - together) * d / n**2)


def _squared(square: Array, mixed: Array, constant: Array, incidence: Array) -> Array:
    """F(t)² Σ square - 2 F(t) Σ mixed + Σ constant, each sum up to t."""
    return np.asarray(
        np.maximum(incidence**2 * np.cumsum(square) - 2 * incidence * np.cumsum(mixed) + np.cumsum(constant), 0.0)
    )


def _jackknife(persons: Followed, table: RiskTable, steps: _Steps, cause: int) -> Array:
    """Sum over persons of squared influence on F(t), each influence being linear in F(t): constant + slope × F(t).

    Being at risk at u moves F(t) by -(own(u) before(u)/n(u)² - (F(t) - F(u)) every(u)/(n(u)(n(u) - every(u)))); having the
    event at u, by before(u)/n(u) for the cause itself and -(F(t) - F(u))/(n(u) - every(u)) for any.
    """
    n, own, every, before, _, incidence = steps
    left = n - every
    per_left = np.divide(1.0, left, out=np.zeros_like(left), where=left > 0)
    constants = np.concatenate([[0.0], np.cumsum(-own * before / n**2 - incidence * every * per_left / n)])
    slopes = np.concatenate([[0.0], np.cumsum(every * per_left / n)])
    start, end = (np.searchsorted(table.time, at, side="right") for at in (persons.entry, persons.exit))
    at, had, had_own = end - 1, persons.cause > 0, persons.cause == cause
    constant = constants[end] - constants[start] + had * incidence[at] * per_left[at] + had_own * before[at] / n[at]
    slope = slopes[end] - slopes[start] - had * per_left[at]
    exited = _summed(at, table.time.size, constant, slope)
    total = exited[0] + 2 * incidence * exited[1] + incidence**2 * exited[2]
    spread = total + _still_at_risk(constants, slopes, start, end, incidence)
    return np.asarray(np.maximum(spread, 0.0), dtype=np.float64)  # rounding may leave a zero below zero


def _summed(at: np.ndarray, size: int, constant: Array, slope: Array) -> list[Array]:
    """Running sums of constant², constant × slope and slope² over those who have left."""
    return [
        np.cumsum(np.bincount(at, weights, minlength=size)) for weights in (constant**2, constant * slope, slope**2)
    ]


def _still_at_risk(constants: Array, slopes: Array, start: np.ndarray, end: np.ndarray, incidence: Array) -> Array:
    """Squared influence of those who have entered and not yet left: it depends on when they entered alone."""
    size = incidence.size
    first = [constants[start], slopes[start]]
    here = [constants[1:], slopes[1:]]

    def held(weights: Array) -> Array:
        came = np.bincount(start, weights, minlength=size + 1)[:size]
        went = np.bincount(end - 1, weights, minlength=size)
        return np.asarray(np.cumsum(came) - np.cumsum(went), dtype=np.float64)

    number, one, two = held(np.ones(start.size)), held(first[0]), held(first[1])
    squares = held(first[0] ** 2), held(first[0] * first[1]), held(first[1] ** 2)
    constant_2 = number * here[0] ** 2 - 2 * here[0] * one + squares[0]
    mixed = number * here[0] * here[1] - here[0] * two - here[1] * one + squares[1]
    slope_2 = number * here[1] ** 2 - 2 * here[1] * two + squares[2]
    return np.asarray(constant_2 + 2 * incidence * mixed + incidence**2 * slope_2, dtype=np.float64)

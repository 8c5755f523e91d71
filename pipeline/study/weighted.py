"""Cumulative incidence where whoever is lost differs from whoever stays: weighted by the inverse probability of being kept.

Those still followed stand for those lost who were like them at baseline. Weights are stabilised: the share kept of all over
the share kept of those alike, so that a covariate that says nothing of loss leaves Aalen and Johansen's estimate as it is. That the shares kept undo the loss
is checked by the identity of Satten and Datta 2001, doi:10.1198/000313001317098185: with all censored taken as lost and no
covariate, the mean of the events, each over its share kept, is the product-limit estimate.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.study.followed import CENSORED, Array, Counts, Flags, Followed
from pipeline.study.regression import cox
from pipeline.study.tipping import refuse_lost_with_event

EXPLODED = "All of some kind of patient were lost while one of that kind was followed on: nobody can stand for them."


class Kept(NamedTuple):
    """The share not yet lost just before each time of exit, of all and of those alike.

    time: distinct times of exit, ascending, shape (t,). everybody: shape (t,). alike: shape (patterns, t). pattern: of each
    person, shape (n,). first, last: places of the first and last time at which each person was at risk, shape (n,).
    """

    time: Array
    everybody: Array
    alike: Array
    pattern: Counts
    first: Counts
    last: Counts


class LossWeighted(NamedTuple):
    """The weighted share with the event by each time, shape (t,), and each person's weight at the own exit, shape (n,)."""

    time: Array
    estimate: Array
    weight: Array


def loss_coefficients(persons: Followed, is_lost: Flags, covariates: npt.ArrayLike) -> Array:
    """Log hazard ratios of loss, shape (p,): Cox's model with any other end of the follow-up as censoring.

    covariates: shape (n, p). On one time an event comes before a loss, so that who had an event then is not at risk of it.
    ValueError where the model has no finite maximum, or somebody lost is not censored.
    """
    refuse_lost_with_event(persons, is_lost)
    _, first, last = _places(persons)
    entry = np.asarray(2 * first - 1, dtype=np.float64)
    ended = np.asarray(2 * last + (persons.cause == CENSORED), dtype=np.float64)
    return cox(Followed(entry, ended, np.asarray(is_lost, dtype=np.int64)), covariates).coefficient


def shares_kept(persons: Followed, is_lost: Flags, covariates: npt.ArrayLike, coefficients: npt.ArrayLike) -> Kept:
    """The product over losses of one less their hazard: Breslow's for each pattern of covariates, and of all alike.

    covariates: shape (n, p) with few distinct rows, as of groups; the work grows with times × distinct rows. ValueError where
    all of a pattern, or of all, are lost though one of them is followed on.
    """
    x, slope = np.asarray(covariates, dtype=np.float64), np.asarray(coefficients, dtype=np.float64)
    time, first, last = _places(persons)
    refuse_lost_with_event(persons, is_lost)
    distinct, pattern = _distinct_rows(x)
    shape = distinct.shape[0], time.size
    at_risk = _at_risk(pattern, first, last, np.ones(pattern.size), shape)
    open_to_loss = at_risk - _summed(pattern, last, persons.cause != CENSORED, shape)
    lost = np.bincount(last, is_lost.astype(np.float64), minlength=time.size).astype(np.float64)
    relative = np.exp(distinct @ slope - np.mean(x @ slope))
    of_all = _ratio(lost, open_to_loss.sum(axis=0))
    alike = relative[:, None] * _ratio(lost, relative @ open_to_loss)
    found = Kept(time, _before(of_all[None, :])[0], _before(alike), pattern, first, last)
    if np.any((at_risk > 0) & ((found.alike <= 0) | (found.everybody <= 0))):
        raise ValueError(EXPLODED)
    return found


def loss_weighted_incidence(persons: Followed, kept: Kept, cause: int) -> LossWeighted:
    """Aalen and Johansen's share with the event `cause` by each time, each person at risk counted by their weight.

    A weight is the share kept of all over that of those alike, both from the person's entry on. Other causes compete. The
    weights are estimated, so no standard error is given: one that took them as known would not be right.
    """
    weight = _ratio(np.broadcast_to(kept.everybody, kept.alike.shape), kept.alike)
    at_entry = weight[kept.pattern, kept.first]
    last = weight[kept.pattern, kept.last] / at_entry
    shape = kept.alike.shape
    at_risk = (weight * _at_risk(kept.pattern, kept.first, kept.last, 1.0 / at_entry, shape)).sum(axis=0)
    own, every = (
        np.bincount(kept.last, last * had, minlength=kept.time.size)
        for had in (persons.cause == cause, persons.cause != CENSORED)
    )
    free = np.maximum(1.0 - every / at_risk, 0.0)
    before = _before(1.0 - free[None, :])[0]
    return LossWeighted(kept.time, np.cumsum(before * own / at_risk), last)


def _places(persons: Followed) -> tuple[Array, Counts, Counts]:
    """Distinct times of exit, and the first and last of them at which each person is at risk."""
    time, last = np.unique(persons.exit, return_inverse=True)
    return time, np.searchsorted(time, persons.entry, side="right"), np.asarray(last, dtype=np.int64)


def _distinct_rows(x: Array) -> tuple[Array, Counts]:
    """The rows of x that occur, by their first column, then by the next, and the place of each row among them."""
    pattern = np.zeros(x.shape[0], dtype=np.int64)
    for column in x.T:
        values, place = np.unique(column, return_inverse=True)
        pattern = np.unique(pattern * values.size + place, return_inverse=True)[1]
    first = np.unique(pattern, return_index=True)[1]
    return x[first], pattern


def _at_risk(pattern: Counts, first: Counts, last: Counts, weight: Array, shape: tuple[int, int]) -> Array:
    """Summed weights of those of each pattern at risk at each time, shape (patterns, t)."""
    came, went = (_summed(pattern, at, weight, shape) for at in (first, last))
    gone = np.concatenate([np.zeros((shape[0], 1)), np.cumsum(went, axis=1)[:, :-1]], axis=1)
    return np.asarray(np.cumsum(came, axis=1) - gone)


def _summed(pattern: Counts, at: Counts, weight: npt.ArrayLike, shape: tuple[int, int]) -> Array:
    """Weights summed by pattern and time."""
    flat = np.bincount(pattern * shape[1] + at, np.asarray(weight, dtype=np.float64), minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape))


def _ratio(above: Array, below: Array) -> Array:
    """The quotient; 0 where there is nothing to divide by: nobody is at risk there."""
    return np.divide(above, below, out=np.zeros(np.shape(above)), where=below > 0)


def _before(hazard: Array) -> Array:
    """The product of one less the hazards before each time, never under 0, shape of hazard."""
    after = np.cumprod(np.maximum(1.0 - hazard, 0.0), axis=1)
    return np.concatenate([np.ones((hazard.shape[0], 1)), after[:, :-1]], axis=1)

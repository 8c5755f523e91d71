"""Whether groups differ in their time to an event: log-rank and its weighted kin, and Gray's test where events compete."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from pipeline.study.followed import Array, Followed, RiskTable, risk_table

NOTHING = "Fewer than two groups have persons at risk when an event happens: there is nothing to compare."

WHOLE = 1e-12
EMPTIED = "With late entry, all of a group had an event before others of it were at risk: Gray's test is not defined."


class GroupTest(NamedTuple):
    """χ² with its degrees of freedom and p value; observed and expected events of each group, weighted, shape (groups,)."""

    chi2: float
    degrees_of_freedom: int
    p: float
    observed: Array
    expected: Array


def log_rank(groups: Sequence[Followed], rho: float = 0.0) -> GroupTest:
    """Test of equal hazards of the event in two or more groups; any cause counts as the event.

    rho weighs each event by the pooled share free of it just before, to that power (Fleming and Harrington): 0 is the
    log-rank test, 1 Peto and Peto's. Tied events are drawn without replacement. Checked against R's survdiff.
    """
    tables = _on_common_times(groups)
    n = np.array([table.n_risk for table in tables], dtype=np.float64)
    d = np.array([table.n_event for table in tables], dtype=np.float64)
    at_risk, events = n.sum(axis=0), d.sum(axis=0)
    kept = at_risk > 0
    n, d, at_risk, events = n[:, kept], d[:, kept], at_risk[kept], events[kept]
    free = np.concatenate([[1.0], np.cumprod(1.0 - events / at_risk)[:-1]])
    weight = free**rho
    share = n / at_risk
    spread = np.divide(events * (at_risk - events), at_risk - 1.0, out=np.zeros_like(events), where=at_risk > 1)
    observed, expected = (d * weight).sum(axis=1), (share * events * weight).sum(axis=1)
    scaled = share * (weight**2 * spread)
    covariance = np.diag(scaled.sum(axis=1)) - np.array(
        [[np.sum(scaled[i] * share[j]) for j in range(len(n))] for i in range(len(n))]
    )
    return _tested(observed, expected, covariance)


def gray(groups: Sequence[Followed], cause: int) -> GroupTest:
    """Test of equal cumulative incidence of `cause` in two or more groups, other causes competing.

    Those who had another event stay in the risk set, thinned by the share who would not have been censored: n(1 - F)/S.
    Their other events may differ between the groups. ValueError where late entry fills a risk set again that events had
    emptied. Source: Gray 1988, doi:10.1214/aos/1176350951; the statistic is
    checked against cmprsk's cuminc.
    """
    tables = _on_common_times(groups, cause)
    kept = np.sum([table.n_event for table in tables], axis=0) > 0
    if not kept.any():
        raise ValueError(NOTHING)
    n, own, every = (
        np.array([values[kept] for values in side], dtype=np.float64)
        for side in (
            [table.n_risk for table in tables],
            [table.events[:, cause - 1] for table in tables],
            [table.n_event for table in tables],
        )
    )
    free, free_before, incidence_before = _curves(n, own, every)
    if np.any((n > 0) & (free_before == 0)):
        raise ValueError(EMPTIED)
    thinned = np.divide(n, free_before, out=np.zeros_like(n), where=n > 0)
    held = thinned * (1.0 - incidence_before)
    total, pooled = thinned.sum(axis=0), own.sum(axis=0)
    together = np.divide(pooled, held.sum(axis=0), out=np.zeros_like(pooled), where=pooled > 0)
    observed, expected = own.sum(axis=1), (held * together).sum(axis=1)
    covariance = _gray_covariance(n, every - own, free, free_before, thinned, total, pooled)
    return _tested(observed, expected, covariance)


def _curves(n: Array, own: Array, every: Array) -> tuple[Array, Array, Array]:
    """Share free of all events after and before each time, and the incidence of the cause before it, by group."""
    none = np.zeros_like(n)
    free = np.asarray(np.cumprod(1.0 - np.divide(every, n, out=none.copy(), where=n > 0), axis=1), dtype=np.float64)
    before = np.concatenate([np.ones((len(n), 1)), free[:, :-1]], axis=1)
    incidence = np.cumsum(before * np.divide(own, n, out=none.copy(), where=n > 0), axis=1)
    return free, before, np.concatenate([np.zeros((len(n), 1)), incidence[:, :-1]], axis=1)


def _gray_covariance(
    n: Array, others: Array, free: Array, before: Array, thinned: Array, total: Array, pooled: Array
) -> Array:
    """Covariance of observed less expected where all groups share one incidence.

    Each group's events of either kind move the statistic at once and, through the group's later weight in the risk set,
    afterwards: the part of the running sum `moved` that is still to come.
    """
    step = np.divide(pooled, total, out=np.zeros_like(pooled), where=total > 0)
    incidence = np.cumsum(step)
    incidence_before = np.concatenate([[0.0], incidence[:-1]])
    if np.any(incidence_before >= 1.0 - WHOLE):
        raise ValueError(EMPTIED)
    groups = len(n)
    part = np.divide(thinned, total, out=np.zeros_like(thinned), where=total > 0)
    weight = np.array([[thinned[i] * ((i == k) - part[k]) for k in range(groups)] for i in range(groups)])
    moved = np.cumsum(weight * (step / (1.0 - incidence_before)), axis=2)
    ahead = moved[:, :, -1:] - moved
    alive = free > 0
    left = np.divide(1.0 - incidence, free, out=np.zeros_like(free), where=alive)
    at_risk = n > 0
    size = total * before - 1.0
    ties = 1.0 - np.divide(pooled - 1.0, size, out=np.zeros_like(size), where=(pooled > 1) & (size > 0))
    by_own = np.divide(ties * before * step, n, out=np.zeros_like(n), where=at_risk)
    ties = 1.0 - np.divide(others - 1.0, n - 1.0, out=np.zeros_like(n), where=(others > 1) & (n > 1))
    by_others = np.divide(ties * before**2 * others, n**2, out=np.zeros_like(n), where=at_risk & alive)
    own_factor = weight + np.where(alive, 1.0 - left, 1.0) * ahead
    other_factor = left * ahead
    return np.asarray(
        [
            [
                np.sum(own_factor[i] * own_factor[j] * by_own + other_factor[i] * other_factor[j] * by_others)
                for j in range(groups)
            ]
            for i in range(groups)
        ]
    )


def _tested(observed: Array, expected: Array, covariance: Array) -> GroupTest:
    """χ² of the differences, which add up to 0: the last group is left out. ValueError where nothing can be compared."""
    some = np.diag(covariance) > 0
    if some.sum() < 2:  # noqa: PLR2004 -- a comparison has two sides
        raise ValueError(NOTHING)
    difference, spread = (observed - expected)[some][:-1], covariance[np.ix_(some, some)][:-1, :-1]
    chi2 = float(difference @ np.linalg.solve(spread, difference))
    freedom = int(some.sum()) - 1
    return GroupTest(chi2, freedom, float(special.chdtrc(freedom, chi2)), observed, expected)


def _on_common_times(groups: Sequence[Followed], cause: int = 1) -> list[RiskTable]:
    """The risk table of each group at the times of all of them, with a column for the cause also where nobody had it."""
    every = np.unique(np.concatenate([group.exit for group in groups]))
    causes = max(cause, *(int(group.cause.max(initial=0)) for group in groups))
    return [_spread_out(risk_table(group, causes), group, every) for group in groups]


def _spread_out(table: RiskTable, group: Followed, every: Array) -> RiskTable:
    at = np.searchsorted(every, table.time)
    events = np.zeros((every.size, table.events.shape[1]), dtype=np.int64)
    events[at] = table.events
    censored = np.zeros(every.size, dtype=np.int64)
    censored[at] = table.n_censored
    entered = np.searchsorted(np.sort(group.entry), every, side="left")
    gone = np.searchsorted(np.sort(group.exit), every, side="left")
    return RiskTable(every, entered - gone, events, censored)

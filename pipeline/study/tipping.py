"""What the share with an event might be, whatever became of those lost: from none of them had it to all of them had.

With loss as one more competing event, the share with the event by t lies between F(t), had none of those lost had it, and
F(t) + L(t), had all had it when they were lost; L is the share lost by t. Without any assumption on loss nothing between the
two can be told apart: Peterson's bounds of 1976, as Bedford and Meilijson 1997 retell them; checked by hand-made vectors.
"""

from typing import NamedTuple

import numpy as np
from scipy import optimize

from pipeline.study.bounds import Curve, bounded
from pipeline.study.competing import cumulative_incidence
from pipeline.study.followed import CENSORED, Array, Flags, Followed

ALMOST_NONE = 1e-9


class LossParts(NamedTuple):
    """The share with the event while followed and the share lost by each time of exit, with variances, each of shape (t,).

    variance_all: of the sum of both.
    """

    time: Array
    followed: Array
    lost: Array
    variance_followed: Array
    variance_lost: Array
    variance_all: Array

    def assumed(self, share: float) -> Curve:
        """The share with the event had that share of those lost had it when they were lost, log-log bounds."""
        covariance = (self.variance_all - self.variance_followed - self.variance_lost) / 2.0
        variance = self.variance_followed + share**2 * self.variance_lost + 2.0 * share * covariance
        error = np.sqrt(np.maximum(variance, 0.0))
        return bounded(self.time, self.followed + share * self.lost, error, "log-log")


def refuse_lost_with_event(persons: Followed, is_lost: Flags) -> None:
    """ValueError where somebody lost is not censored."""
    if np.any(is_lost & (persons.cause != CENSORED)):
        raise ValueError("Somebody lost had an event: a loss ends the follow-up without one.")


def loss_as_cause(persons: Followed, is_lost: Flags, cause: int) -> tuple[Followed, int]:
    """The follow-up with loss as a cause of its own, and that cause's number; ValueError where somebody lost had an event.

    cause: the event asked for, whose number is not taken even where nobody had it.
    """
    refuse_lost_with_event(persons, is_lost)
    number = max(cause, int(persons.cause.max(initial=CENSORED))) + 1
    return persons._replace(cause=np.where(is_lost, number, persons.cause)), number


def loss_as_event(persons: Followed, is_lost: Flags, cause: int) -> Followed:
    """The follow-up had everybody lost had the event `cause` when they were lost; ValueError as above."""
    refuse_lost_with_event(persons, is_lost)
    return persons._replace(cause=np.where(is_lost, cause, persons.cause))


def loss_parts(persons: Followed, is_lost: Flags, cause: int) -> LossParts:
    """Both shares, with the variances of the infinitesimal jackknife, for which that of a sum is exact."""
    marked, loss = loss_as_cause(persons, is_lost, cause)
    own = cumulative_incidence(marked, cause, "jackknife")
    lost = cumulative_incidence(marked, loss, "jackknife")
    both = cumulative_incidence(loss_as_event(persons, is_lost, cause), cause, "jackknife")
    spreads = (side.standard_error**2 for side in (own, lost, both))
    return LossParts(own.time, own.estimate, lost.estimate, *spreads)


def implied_share(parts: LossParts, plain: float, place: int) -> float:
    """The share of those lost that an estimate takes to have the event, as Aalen and Johansen's does silently.

    plain: that estimate at the time of that place. NaN where nobody was lost by then.
    """
    lost = parts.lost[place]
    return float((plain - parts.followed[place]) / lost) if lost > 0 else float("nan")


def tipping_share(parts: LossParts, place: int, margin: float, *, is_above: bool) -> float:
    """The share of those lost with the event at which the bound reaches the margin; NaN where no share of them does that.

    is_above: the conclusion is that the share with the event exceeds the margin, its lower bound lying above it; it falls
    where fewer of those lost had the event than this. Else it is that the upper bound lies under the margin, and it falls where
    more had.
    """

    def beyond(share: float) -> float:
        curve = parts.assumed(share)
        return float((curve.low if is_above else curve.high)[place] - margin)

    ends = beyond(ALMOST_NONE), beyond(1.0)
    if not (ends[0] < 0 < ends[1]):
        return float("nan")
    return float(optimize.brentq(beyond, ALMOST_NONE, 1.0, xtol=1e-10))

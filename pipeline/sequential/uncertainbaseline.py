"""How events are followed when what to expect is known only from c events of a baseline.

Time runs as person-time followed over person-time of the baseline. Baseline and follow-up are Poisson with one intensity
that nobody knows; the baseline's person-time, in units of that intensity, is what is random: that of c events, and of the
part of the wait for the next one that had passed when the baseline was closed. The count followed is then a mixed Poisson
process, free of the intensity: given the count at a time, each event came before an earlier time with the share of the
two times, whatever the mixture.
"""

import math
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.sequential.arrivals import LEFT_OUT, Array, Step, negative_binomial

Closing = Literal["at_event", "between_events", "at_next_event"]


class Baseline(NamedTuple):
    """events: c, seen in the baseline. closing: when the baseline was closed.

    `between_events`: anywhere between the c-th event and the next, uniformly; what a baseline of fixed length does, and
    the exact approach of the R package Sequential. `at_event`: with the c-th event, so that c / V is a little too high;
    its liberal approach, and that of Li and Kulldorff. `at_next_event`: just before the next one, the conservative.
    """

    events: float
    closing: Closing = "between_events"


def followed_chances(baseline: Baseline, time: float) -> Array:
    """Chances of 0, 1, 2 … events followed up to a time, less than 1e-15 left out.

    Until the c-th event closes the baseline: negative binomial of size c. In the stretch after it: geometric where it is
    the whole wait for the next event; where it is a uniform part u of the wait, the geometric averaged over u, whose
    chance of i events is the tail of the logarithmic series, Σ w^j / (j t) over j > i, with w = t / (1 + t).
    """
    if time == 0.0:
        return np.ones(1)
    share = time / (1.0 + time)
    if baseline.closing == "at_next_event":
        return negative_binomial(np.asarray(baseline.events + 1.0), share)
    first = negative_binomial(np.asarray(baseline.events), share)
    return first if baseline.closing == "at_event" else np.convolve(first, _stretch(share, time))


def followed_step(baseline: Baseline, since: float, until: float) -> Step:
    """The count from one time to a later one, as multiples of the baseline's person-time.

    Of m events at the later time n lie before the earlier one with a binomial chance of share since / until. Raises
    ValueError where time falls.
    """
    if not 0.0 <= since <= until < math.inf:
        raise ValueError(f"Person-time runs from {since} to {until}: it cannot fall, and is finite and at least 0.")
    before, after = followed_chances(baseline, since), followed_chances(baseline, until)

    def step(quiet: Array) -> Array:
        if since == until:
            return quiet
        held = quiet[: before.size]
        kept = np.divide(held, before[: held.size], out=np.zeros(held.size), where=before[: held.size] > 0)
        return np.asarray(after * (thinned(after.size, held.size, since / until) @ kept))

    return step


def thinned(rows: int, columns: int, share: float) -> Array:
    """Binomial chances of n of m events, shape (rows m, columns n): each event with that share, in [0, 1)."""
    m, n = np.arange(rows, dtype=np.float64)[:, None], np.arange(columns, dtype=np.float64)
    other = np.maximum(m - n, 0.0)
    factorial = special.gammaln(np.arange(max(rows, columns), dtype=np.float64) + 1.0)
    log = factorial[:rows, None] - factorial[:columns] - factorial[other.astype(np.int64)]
    return np.where(n <= m, np.exp(log + special.xlogy(n, share) + special.xlog1py(other, -share)), 0.0)


def _stretch(share: float, time: float) -> npt.NDArray[np.float64]:
    """Chances of 0, 1, 2 … events in the same uniform part of the wait for the next event of the baseline."""
    reach = math.ceil((math.log(LEFT_OUT) + math.log1p(-share)) / math.log(share)) + 1
    terms = share ** np.arange(1.0, reach + 1.0) / np.arange(1.0, reach + 1.0)
    return np.cumsum(terms[::-1])[::-1] / time

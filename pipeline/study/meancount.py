"""Mean cumulative function: how many events a person has had on average by then, with a variance over persons."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from pipeline.study.followed import Array, Counts, Followed

CONFIDENCE = 0.95


class MeanCount(NamedTuple):
    """Mean number of events by each time, its standard error and its bounds, each of shape (t,)."""

    time: Array
    estimate: Array
    standard_error: Array
    low: Array
    high: Array


class _Parts(NamedTuple):
    """At each time of an event or a death: at risk, events, deaths, share alive just before, and the mean until then."""

    time: Array
    n: Array
    events: Array
    deaths: Array
    alive: Array
    mean: Array


def mean_count(
    persons: Followed,
    place: Counts,
    time: Array,
    at: npt.ArrayLike,
    *,
    is_terminal: bool = True,
    confidence: float = CONFIDENCE,
) -> MeanCount:
    """Mean number of events per person by each time asked, shape (t,).

    persons: cause 1 is a death, 0 is censored. place, time: whose each event is and when, inside that person's follow-up.
    is_terminal: the dead have no more events, the estimator of Ghosh and Lin 2000 (doi:10.1111/j.0006-341X.2000.00554.x);
    otherwise deaths are censored, Nelson and Aalen's. The variance adds up squared influences of single persons (robust: it
    asks nothing of how one person's events hang together). The bounds are symmetric in the logarithm; none where no
    event was seen. The work grows with persons times the times asked. ValueError for an event outside a follow-up.
    """
    if place.size and not np.all((time > persons.entry[place]) & (time <= persons.exit[place])):
        raise ValueError("An event lies outside its person's follow-up.")
    died = np.where((persons.cause > 0) & is_terminal, persons.exit, np.inf)
    parts = _parts(persons, time, died[np.isfinite(died)])
    asked = np.atleast_1d(np.asarray(at, dtype=np.float64))
    upto = np.searchsorted(parts.time, asked, side="right")
    means = np.concatenate([[0.0], parts.mean])[upto]
    spans = _spans(persons, place, time, died, parts)
    error = np.array([_error(spans, parts, int(last)) for last in upto])
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = float(special.ndtri((1.0 + confidence) / 2.0)) * error / means
    some = means > 0
    low, high = (np.where(some, means * np.exp(side * np.where(some, reach, 0.0)), np.nan) for side in (-1.0, 1.0))
    return MeanCount(asked, means, error, low, high)


def _parts(persons: Followed, time: Array, died: Array) -> _Parts:
    every = np.unique(np.concatenate([time, died]))
    at_risk = np.searchsorted(np.sort(persons.entry), every) - np.searchsorted(np.sort(persons.exit), every)
    events = np.bincount(np.searchsorted(every, time), minlength=every.size).astype(np.float64)
    deaths = np.bincount(np.searchsorted(every, died), minlength=every.size).astype(np.float64)
    n = at_risk.astype(np.float64)
    after = np.cumprod(1.0 - deaths / n)
    alive = np.concatenate([[1.0], after[:-1]]) if every.size else after
    return _Parts(every, n, events, deaths, np.asarray(alive), np.asarray(np.cumsum(alive * events / n)))


class _Spans(NamedTuple):
    """By place among the parts' times: when each person entered, left and died, and whose each event is and when."""

    start: Counts
    end: Counts
    died: Counts
    place: Counts
    event: Counts


def _spans(persons: Followed, place: Counts, time: Array, died: Array, parts: _Parts) -> _Spans:
    start, end = (np.searchsorted(parts.time, side, side="right") for side in (persons.entry, persons.exit))
    return _Spans(start, end, np.searchsorted(parts.time, died), place, np.searchsorted(parts.time, time))


def _error(spans: _Spans, parts: _Parts, last: int) -> float:
    """Root of the summed squared influence on the mean just after the last-th time.

    An event of a person adds S/n; being at risk takes away what the step was; a death takes away the events still to come
    to the mean, and being at risk of death gives them back.
    """
    if not last:
        return 0.0
    own, deaths = parts.events[:last], parts.deaths[:last]
    n, alive, mean = parts.n[:last], parts.alive[:last], parts.mean[:last]
    left = n - deaths
    taken = np.divide(mean[-1] - mean, left, out=np.zeros_like(n), where=left > 0)  # nothing comes after the last one
    steps = np.concatenate([[0.0], np.cumsum(alive * own / n**2 - taken * deaths / n)])
    moved = steps[np.minimum(spans.start, last)] - steps[np.minimum(spans.end, last)]
    inside = spans.event < last
    moved += np.bincount(spans.place[inside], (alive / n)[spans.event[inside]], minlength=moved.size)
    dead = np.flatnonzero(spans.died < last)
    moved[dead] -= taken[spans.died[dead]]
    return float(np.sqrt(np.sum(moved**2)))

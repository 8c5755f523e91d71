"""Who was at risk when, and what ended it: the table that every estimator of time to event reads."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

CENSORED = 0


class Followed(NamedTuple):
    """Each person's follow-up, shape (n,): from `entry` (not at risk before or at it) to `exit`, ended by `cause`.

    cause: 0 for censored, else the number of the event, counted from 1.
    """

    entry: Array
    exit: Array
    cause: Counts


class RiskTable(NamedTuple):
    """At each distinct time of exit, ascending, shape (t,): persons at risk just before it, and what happened.

    events: shape (t, causes), those ended by each cause. A censored person is at risk at the time of censoring. Times
    are tied where they are equal, never where they are merely close.
    """

    time: Array
    n_risk: Counts
    events: Counts
    n_censored: Counts

    @property
    def n_event(self) -> Counts:
        """Events of any cause."""
        return np.asarray(self.events.sum(axis=1), dtype=np.int64)


def followed(exit_time: npt.ArrayLike, cause: npt.ArrayLike, entry: npt.ArrayLike | None = None) -> Followed:
    """Follow-up checked; without `entry` everybody is at risk from before the first time on.

    ValueError where shapes differ, a time is not finite or negative, somebody leaves before or at entry, or a cause is not
    a whole number of at least 0.
    """
    left = np.asarray(exit_time, dtype=np.float64)
    began = np.full(left.shape, -np.inf) if entry is None else np.asarray(entry, dtype=np.float64)
    ended = np.asarray(cause)
    if not (left.ndim == 1 and left.shape == began.shape == ended.shape):
        raise ValueError(
            f"exit {left.shape}, entry {began.shape}, cause {ended.shape}: give one value for each person."
        )
    _refuse("exit", left, ~np.isfinite(left) | (left < 0), "a time is a finite number of at least 0")
    _refuse("entry", began, np.isnan(began) | (began >= left), "entry lies before exit")
    whole = np.asarray(ended, dtype=np.float64)
    _refuse("cause", whole, ~((whole >= 0) & (whole == np.floor(whole))), "0 is censored, 1 and more are events")
    return Followed(began, left, whole.astype(np.int64))


def risk_table(persons: Followed, n_causes: int | None = None) -> RiskTable:
    """Count who is at risk and what happens at each time of exit; n_causes: columns of events, by default those seen."""
    time, position = np.unique(persons.exit, return_inverse=True)
    columns = int(persons.cause.max(initial=CENSORED)) if n_causes is None else n_causes
    if persons.cause.max(initial=CENSORED) > columns:
        raise ValueError(f"cause {persons.cause.max()} is none of the {columns} causes asked for.")
    counted = np.bincount(position * (columns + 1) + persons.cause, minlength=time.size * (columns + 1))
    ended = counted.reshape(time.size, columns + 1)
    entered = np.searchsorted(np.sort(persons.entry), time, side="left")
    gone = np.searchsorted(np.sort(persons.exit), time, side="left")
    return RiskTable(time, entered - gone, ended[:, 1:], ended[:, 0])


def _refuse(name: str, values: Array, wrong: npt.NDArray[np.bool_], rule: str) -> None:
    """ValueError with the place, not the person: a row number says nothing of who it is."""
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"{name}[{at}] is {values[at]:g}: {rule}.")

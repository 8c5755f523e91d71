"""Hazards that are constant between days: the time drawn from one, and what it means for a group with nothing lost."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.demo.chance import Floats, Ints

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Hazard:
    """Events per person-day between edges, edges[0] = 0: per_day[k] holds from edges[k] up to edges[k + 1]; 0 afterwards."""

    edges: Floats
    per_day: Floats

    def cumulated(self, day: npt.ArrayLike) -> Floats:
        """Events expected of somebody at risk from day 0 to `day`, shape of day; 0 before day 0."""
        return np.asarray(np.interp(np.asarray(day, dtype=np.float64), self.edges, self._at_edges))

    def time_of(self, cumulated: Floats) -> Floats:
        """The day by which so much has cumulated; infinite where it never does. An exponential number gives a first event."""
        whole = self._at_edges
        return np.where(cumulated < whole[-1], np.interp(cumulated, whole, self.edges), np.inf)

    def at(self, day: Floats) -> Floats:
        """Events per person-day on a day, shape of day."""
        place = np.searchsorted(self.edges, day, side="right") - 1
        return np.asarray(np.append(self.per_day, 0.0)[np.minimum(place, len(self.per_day))])

    @property
    def _at_edges(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum(np.diff(self.edges) * self.per_day)])


def stepped(steps: list[list[float]]) -> Hazard:
    """A hazard from pairs of [until day, events per person-year], days ascending."""
    edges, per_year = np.array(steps, dtype=np.float64).T
    return Hazard(np.concatenate([[0.0], edges]), per_year / DAYS_PER_YEAR)


def first_times(hazards: list[Hazard], group: Ints, uniform: Floats) -> Floats:
    """Day of each person's first event under their group's hazard, shape (n,); infinite for none."""
    waited = -np.log1p(-uniform)
    times = np.full(waited.shape, np.inf)
    for number, hazard in enumerate(hazards):
        own = group == number
        times[own] = hazard.time_of(waited[own])
    return times


def cumulative_incidence(hazards: list[Hazard], day: npt.ArrayLike) -> Floats:
    """Share that has had the first hazard's event first, by each day, the others competing; shape of day.

    Exact: between edges every hazard is constant, so the share still free of all falls exponentially.
    """
    days = np.atleast_1d(np.asarray(day, dtype=np.float64))
    edges = np.unique(np.concatenate([hazard.edges for hazard in hazards]))
    own = hazards[0].at(edges)
    every = np.sum([hazard.at(edges) for hazard in hazards], axis=0)
    spent = np.sum([hazard.cumulated(edges) for hazard in hazards], axis=0)
    until = np.append(edges[1:], np.inf)
    within = np.clip(days[:, None] - edges, 0.0, until - edges)
    share = np.divide(own, every, out=np.zeros_like(own), where=every > 0)
    return np.asarray((share * np.exp(-spent) * -np.expm1(-every * within)).sum(axis=1))


def event_free(hazards: list[Hazard], day: npt.ArrayLike) -> Floats:
    """Share free of all these events by each day, shape of day."""
    return np.asarray(np.exp(-np.sum([hazard.cumulated(day) for hazard in hazards], axis=0)))


def survival(before: Hazard, death: Hazard, after: Hazard, day: npt.ArrayLike, cells: int = 20_000) -> Floats:
    """Share alive by each day where `before` leads to a state whose own clock and hazard of death, `after`, start then.

    By the trapezoid over `cells` equal parts of the longest time: off by less than 1e-6 for hazards below 10 a year.
    """
    days = np.atleast_1d(np.asarray(day, dtype=np.float64))
    grid = np.linspace(0.0, float(days.max(initial=1.0)), cells + 1)
    entered = np.diff(cumulative_incidence([before, death], grid))
    middle = (grid[1:] + grid[:-1]) / 2.0
    since = np.clip(days[:, None] - middle, 0.0, None)
    part = np.clip((days[:, None] - grid[:-1]) / np.diff(grid), 0.0, 1.0)
    living = (entered * part * np.exp(-after.cumulated(since))).sum(axis=1)
    return np.asarray(event_free([before, death], days) + living)

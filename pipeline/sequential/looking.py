"""What a design does over its planned looks, worked out once for all designs that judge a count against a boundary."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, NamedTuple

import numpy as np

from pipeline.errors import UsageError
from pipeline.sequential.arrivals import Array, Step
from pipeline.sequential.boundary import UNREACHABLE, Boundary, followed
from pipeline.sequential.judgement import Counts, Decision, Dispersed, Held, Operating, decided
from pipeline.sequential.poissonmaxsprt import Performance


class Judged(NamedTuple):
    """Looks as a design judges them.

    statistic: of a count at the last look, on the design's own scale. value: flat critical value, 0 where it has none.
    """

    seen: Held
    boundary: Boundary
    statistic: Callable[[int], float]
    value: float


class Looking(ABC):
    """A design with a boundary on the count at each look.

    planned: information at the planned looks, None where looks are not planned. unit: of the information.
    """

    __slots__ = ()
    id: ClassVar[str]
    unit: ClassVar[str]
    alpha: float
    planned: tuple[float, ...] | None

    @abstractmethod
    def judged(self, looks: Sequence[Counts]) -> Judged:
        """The looks held, each with what crosses at it. UsageError as `judgement.Design` has it."""

    def decide(self, looks: Sequence[Counts]) -> Decision:
        """See `judgement.Design`."""
        found = self.judged(looks)
        return decided(found.seen, found.boundary, self.alpha, found.statistic, found.value)

    def boundary(self, looks: Sequence[Counts]) -> Boundary:
        """See `judgement.Design`."""
        return self.judged(looks).boundary

    @abstractmethod
    def planned_least(self, looks: Sequence[float]) -> list[int]:
        """Count that crosses at each planned look."""

    @abstractmethod
    def steps(self, looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
        """How the count grows over the planned looks."""

    def continuously(self, ratio: float) -> Performance | None:  # noqa: ARG002 -- those that can look continuously do
        """Performance without planned looks; None where the design needs them."""
        return None

    def operating(self, relative_risks: Sequence[float]) -> list[Operating]:
        """One row per relative risk; without planned looks, of looking continuously. UsageError where neither can be."""
        return [self._operating(checked_ratio(ratio)) for ratio in relative_risks]

    def dispersed(self, dispersions: Sequence[float]) -> list[Dispersed]:
        """One row per dispersion: what is really spent over the planned looks. UsageError where none is planned."""
        looks = self._needed_looks()
        least = self.planned_least(looks)
        return [Dispersed(phi, followed(self.steps(looks, 1.0, phi), least).ever) for phi in dispersions]

    def _operating(self, ratio: float) -> Operating:
        throughout = self.continuously(ratio) if self.planned is None else None
        if throughout is not None:
            return _told(throughout, self.unit)
        looks = self._needed_looks()
        crossing = followed(self.steps(looks, ratio), self.planned_least(looks))
        found = over_looks(ratio, crossing.first, looks, self.unit)
        events = float(np.sum(crossing.events)) / found.power if found.power > 0 else None
        return replace(found, events_to_signal=events)

    def _needed_looks(self) -> tuple[float, ...]:
        if self.planned is None:
            raise UsageError(f"{self.id} needs looks to say this: give the plan a number of looks, or a list of them.")
        return self.planned


def checked_ratio(ratio: float) -> float:
    """A relative risk that is finite and above 0; UsageError otherwise."""
    if not 0.0 < ratio < math.inf:
        raise UsageError(f"{ratio} is not how many times as often events can come: give a finite number above 0.")
    return ratio


def over_looks(ratio: float, first: Array, information: Sequence[float], unit: str) -> Operating:
    """What is done over planned looks; first: chance of crossing first at each."""
    power, reached = min(float(np.sum(first)), 1.0), np.cumsum(first)
    at, number = np.asarray(information, dtype=np.float64), np.arange(1, first.size + 1)
    length = float(first @ at) + (1.0 - power) * float(at[-1])
    if power <= 0.0:
        return Operating(ratio, 0.0, unit, None, None, length)
    half = np.flatnonzero(reached >= 0.5)  # noqa: PLR2004 -- the median
    median = int(number[half[0]]) if half.size else None
    return Operating(ratio, power, unit, float(first @ at) / power, None, length, float(first @ number) / power, median)


def until_end(seen: Held, least: Sequence[int]) -> list[int]:
    """The least counts, beyond reach after the look at which surveillance ended."""
    before = [0.0, *seen.information[:-1]]
    return [UNREACHABLE if at >= seen.length else count for at, count in zip(before, least, strict=True)]


def _told(found: Performance, unit: str) -> Operating:
    """Of looking continuously; what does not exist is None."""
    time, events, length = (None if math.isnan(value) else value for value in (found.time, found.events, found.length))
    return Operating(found.ratio, found.power, unit, time, events, length)

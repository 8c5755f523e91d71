"""Designs for spontaneous reports, where nobody knows how many were treated: a product's events beside a comparator's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pipeline.errors import UsageError
from pipeline.sequential import binomialmaxsprt as binomial
from pipeline.sequential.arrivals import Step
from pipeline.sequential.binomialmaxsprt import Group
from pipeline.sequential.boundary import Boundary, kept_within
from pipeline.sequential.grouped import Grouped, regrouped
from pipeline.sequential.judgement import Counts, Held, World, held, wanted
from pipeline.sequential.looking import Judged, Looking, until_end
from pipeline.sequential.poissonmaxsprt import Performance
from pipeline.sequential.spending import Spending, spending_boundary

BOTH = "events of product and comparator"
WHY_COMPARED = "give the comparator's events, cumulative since the start of the plan."


def compared_looks(looks: Sequence[Counts], length: float) -> Held:
    """Looks whose information is the number of events of both."""
    return held(looks, lambda look: look.observed + compared_of(look), length, BOTH)


def compared_of(look: Counts) -> int:
    """The comparator's events at a look; UsageError where there are none told, or fewer than 0."""
    other = int(wanted(look.compared, "comparator's events", look, WHY_COMPARED))
    if other < 0:
        raise UsageError(f"A look has {other} events of the comparator: a count cannot be below 0.")
    return other


def shares_of(looks: Sequence[Counts], share: float) -> list[float]:
    """The product's share of the events under the null at each look: the look's own, or the plan's."""
    shares = [share if look.share is None else look.share for look in looks]
    if bad := [value for value in shares if not 0.0 < value < 1.0]:
        raise UsageError(f"A look has a share of {bad[0]}: the product's part of the events lies between 0 and 1.")
    return shares


def groups_of(looks: Sequence[Counts], information: Sequence[float], share: float) -> list[Group]:
    """Events of both since the look before, with the share the look gives, or the plan's."""
    gaps = np.diff(np.asarray(information), prepend=0.0)
    return [Group(int(gap), part) for gap, part in zip(gaps, shares_of(looks, share), strict=True)]


def planned_groups(looks: Sequence[float], share: float) -> list[Group]:
    """Groups of planned looks, in whole events."""
    return [Group(int(gap), share) for gap in np.diff(np.round(np.asarray(looks)), prepend=0.0)]


def statistic_of(groups: Sequence[Group]) -> Callable[[int], float]:
    """The statistic of a count of the product; a count beyond all events that there are has none, and is told as at all."""
    total = sum(group.events for group in groups)
    return lambda count: binomial.grouped_log_likelihood_ratio(min(count, total), groups) if total else 0.0


@dataclass(frozen=True, slots=True)
class BinomialMaxsprt(Looking):
    """Binomial MaxSPRT. value: its flat critical value for the plan's share. planned: events of both at planned looks.

    A look may give its own share; the boundary is then found for the shares there were, and never spends more than alpha.
    """

    plan: binomial.Plan
    alpha: float
    value: float
    planned: tuple[float, ...] | None = None
    is_grouped: bool = False
    id: ClassVar[str] = "binomial_maxsprt"
    world: ClassVar[World] = "spontaneous"
    unit: ClassVar[str] = BOTH

    def judged(self, looks: Sequence[Counts]) -> Judged:
        """See `looking.Looking`."""
        seen = compared_looks(looks, self.plan.length)
        groups = groups_of(looks, seen.information, self.plan.share)
        boundary, value = self._boundary(seen, groups)
        return Judged(seen, boundary, statistic_of(groups), value)

    def planned_least(self, looks: Sequence[float]) -> list[int]:
        """See `looking.Looking`."""
        return [self._least(events, self.value) for events in looks]

    def steps(self, looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
        """See `looking.Looking`."""
        return binomial.steps(planned_groups(looks, self.plan.share), ratio, dispersion)

    def continuously(self, ratio: float) -> Performance | None:
        """See `looking.Looking`."""
        return binomial.performance(self.value, self.plan, ratio)

    def _boundary(self, seen: Held, groups: list[Group]) -> tuple[Boundary, float]:
        steps = binomial.steps(groups)
        is_as_planned = all(group.share == self.plan.share for group in groups)
        if self.is_grouped and self.planned is not None and is_as_planned:
            grouped = Grouped(self.planned, self.alpha, self.value, self._least, self.steps)
            return regrouped(grouped, seen.information, steps)
        least = [binomial.least_count(groups[: at + 1], self.value, self.plan.minimum) for at in range(len(groups))]
        return kept_within(steps, until_end(seen, least), [self.alpha] * len(least)), self.value

    def _least(self, events: float, value: float) -> int:
        return binomial.least_count([Group(round(events), self.plan.share)], value, self.plan.minimum)


@dataclass(frozen=True, slots=True)
class BinomialSpending(Looking):
    """Group-sequential alpha spending on the binomial scale. Information: events of both; its fraction: of the length."""

    plan: binomial.Plan
    alpha: float
    kind: Spending
    exponent: float
    planned: tuple[float, ...] | None = None
    id: ClassVar[str] = "binomial_spending"
    world: ClassVar[World] = "spontaneous"
    unit: ClassVar[str] = BOTH

    def judged(self, looks: Sequence[Counts]) -> Judged:
        """See `looking.Looking`; looks may be skipped, late or added."""
        seen = compared_looks(looks, self.plan.length)
        groups = groups_of(looks, seen.information, self.plan.share)
        boundary = self._boundary(binomial.steps(groups), seen.information)
        return Judged(seen, boundary, statistic_of(groups), 0.0)

    def planned_least(self, looks: Sequence[float]) -> list[int]:
        """See `looking.Looking`."""
        return self._boundary(self.steps(looks), looks).least

    def steps(self, looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
        """See `looking.Looking`."""
        return binomial.steps(planned_groups(looks, self.plan.share), ratio, dispersion)

    def _boundary(self, steps: Sequence[Step], information: Sequence[float]) -> Boundary:
        fractions = [events / self.plan.length for events in information]
        return spending_boundary(
            steps, fractions, self.kind, self.alpha, exponent=self.exponent, minimum=self.plan.minimum
        )

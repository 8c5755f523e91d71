"""Designs for followed patients: events have person-time behind them, and an expected number or a baseline beside them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from pipeline.errors import UsageError
from pipeline.sequential import conditionalmaxsprt as conditional
from pipeline.sequential import poissonmaxsprt as poisson
from pipeline.sequential.arrivals import Step, overdispersed_step
from pipeline.sequential.boundary import Boundary, kept_within
from pipeline.sequential.grouped import Grouped, regrouped
from pipeline.sequential.judgement import Counts, Held, World, held, wanted
from pipeline.sequential.looking import Judged, Looking, until_end
from pipeline.sequential.poissonmaxsprt import Performance
from pipeline.sequential.spending import Spending, spending_boundary

EXPECTED, TIMES = "expected events", "times the baseline's person-time"
MOST_EXPECTED = 20_000.0
"""Events expected by the baseline that a look of a conditional design may hold at most."""
WHY_EXPECTED = "give the events expected under the null, cumulative since the start of the plan."
WHY_TIME = "give the person-time followed and that of the baseline, or the events expected by the baseline."


def expected_looks(looks: Sequence[Counts], length: float) -> Held:
    """Looks whose information is the expected count; UsageError where events stand beside none expected."""
    seen = held(looks, lambda look: wanted(look.expected, "expected count", look, WHY_EXPECTED), length, EXPECTED)
    for number, (count, mean) in enumerate(zip(seen.observed, seen.information, strict=True), 1):
        if count > 0 and mean == 0.0:
            raise UsageError(f"Look {number} has {count} events beside 0 expected: {WHY_EXPECTED}")
    return seen


def poisson_steps(looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
    """How a Poisson count grows from look to look."""
    return [overdispersed_step(ratio * gap, dispersion) for gap in np.diff(np.asarray(looks), prepend=0.0)]


def poisson_statistic(expected: float) -> Callable[[int], float]:
    """The statistic of a count beside so many expected; 0 where nothing is expected yet."""
    return lambda count: float(poisson.log_likelihood_ratio(count, expected)) if expected > 0 else 0.0


@dataclass(frozen=True, slots=True)
class PoissonMaxsprt(Looking):
    """Poisson MaxSPRT. value: its flat critical value. planned: expected events at the planned looks, or None.

    A continuous value holds whenever looks are made; a grouped one, which is lower, for the planned looks, and where
    the looks held differ it is found again. Neither ever spends more than alpha.
    """

    plan: poisson.Plan
    alpha: float
    value: float
    planned: tuple[float, ...] | None = None
    is_grouped: bool = False
    id: ClassVar[str] = "poisson_maxsprt"
    world: ClassVar[World] = "cohort"
    unit: ClassVar[str] = EXPECTED

    def judged(self, looks: Sequence[Counts]) -> Judged:
        """See `looking.Looking`."""
        seen = expected_looks(looks, self.plan.length)
        boundary, value = self._boundary(seen)
        return Judged(seen, boundary, poisson_statistic(seen.information[-1]), value)

    def planned_least(self, looks: Sequence[float]) -> list[int]:
        """See `looking.Looking`."""
        return poisson.grouped_least(looks, self.value, self.plan)

    def steps(self, looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
        """See `looking.Looking`."""
        return poisson_steps(looks, ratio, dispersion)

    def continuously(self, ratio: float) -> Performance | None:
        """See `looking.Looking`."""
        return poisson.performance(self.value, self.plan, ratio)

    def _boundary(self, seen: Held) -> tuple[Boundary, float]:
        steps = poisson_steps(seen.information)
        if self.is_grouped and self.planned is not None:
            grouped = Grouped(self.planned, self.alpha, self.value, self._least, poisson_steps)
            return regrouped(grouped, seen.information, steps)
        least = until_end(seen, self.planned_least(seen.information))
        return kept_within(steps, least, [self.alpha] * len(least)), self.value

    def _least(self, mean: float, value: float) -> int:
        return poisson.grouped_least([mean], value, self.plan)[0]


@dataclass(frozen=True, slots=True)
class PoissonSpending(Looking):
    """Group-sequential alpha spending on the Poisson scale. Information: expected events; its fraction: of the length."""

    plan: poisson.Plan
    alpha: float
    kind: Spending
    exponent: float
    planned: tuple[float, ...] | None = None
    id: ClassVar[str] = "poisson_spending"
    world: ClassVar[World] = "cohort"
    unit: ClassVar[str] = EXPECTED

    def judged(self, looks: Sequence[Counts]) -> Judged:
        """See `looking.Looking`; looks may be skipped, late or added."""
        seen = expected_looks(looks, self.plan.length)
        return Judged(seen, self._boundary(seen.information), poisson_statistic(seen.information[-1]), 0.0)

    def planned_least(self, looks: Sequence[float]) -> list[int]:
        """See `looking.Looking`."""
        return self._boundary(looks).least

    def steps(self, looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
        """See `looking.Looking`."""
        return poisson_steps(looks, ratio, dispersion)

    def _boundary(self, information: Sequence[float]) -> Boundary:
        fractions = [mean / self.plan.length for mean in information]
        steps, minimum = poisson_steps(information), self.plan.minimum
        return spending_boundary(steps, fractions, self.kind, self.alpha, exponent=self.exponent, minimum=minimum)


@dataclass(frozen=True, slots=True)
class ConditionalMaxsprt(Looking):
    """Conditional MaxSPRT: the baseline is itself a count. Information: person-time over the baseline's."""

    plan: conditional.Plan
    alpha: float
    value: float
    planned: tuple[float, ...] | None = None
    id: ClassVar[str] = "conditional_maxsprt"
    world: ClassVar[World] = "cohort"
    unit: ClassVar[str] = TIMES

    def judged(self, looks: Sequence[Counts]) -> Judged:
        """See `looking.Looking`; a look gives time and baseline_time, or the events expected by the baseline.

        Where events end the surveillance, it ends with the look that has them.
        """
        seen = self._seen(looks)
        return Judged(seen, self._boundary(seen), self._statistic(seen.information[-1]), self.value)

    def planned_least(self, looks: Sequence[float]) -> list[int]:
        """See `looking.Looking`."""
        c, minimum = self.plan.baseline.events, self.plan.minimum
        return [conditional.least_count(time, self.value, c, minimum) for time in looks]

    def steps(self, looks: Sequence[float], ratio: float = 1.0, dispersion: float = 1.0) -> list[Step]:
        """See `looking.Looking`; the baseline's own dispersion is not known, so only 1 is answered."""
        if dispersion != 1.0:
            raise UsageError(f"{self.id} cannot say what dispersion {dispersion:g} does: the baseline's is not known.")
        return conditional.time_steps(looks, self.plan.baseline, ratio)

    def continuously(self, ratio: float) -> Performance | None:
        """See `looking.Looking`."""
        return conditional.performance(self.value, self.plan, ratio)

    def _boundary(self, seen: Held) -> Boundary:
        least = until_end(seen, self.planned_least(seen.information))
        return kept_within(self.steps(seen.information), least, [self.alpha] * len(least))

    def _time(self, look: Counts) -> float:
        baseline = self.plan.baseline.events
        if look.baseline_events not in (None, baseline):
            raise UsageError(
                f"A look has {look.baseline_events} baseline events, the plan {baseline:g}: a baseline that changed needs a new plan."
            )
        if look.time is None:
            return wanted(look.expected, "person-time", look, WHY_TIME) / baseline
        base = wanted(look.baseline_time, "baseline person-time", look, WHY_TIME)
        if not base > 0.0:
            raise UsageError(f"A look has {base} person-time of the baseline: {WHY_TIME}")
        return look.time / base

    def _statistic(self, time: float) -> Callable[[int], float]:
        c = self.plan.baseline.events
        return lambda count: float(conditional.log_likelihood_ratio(count, time, c)) if time > 0 else 0.0

    def _seen(self, looks: Sequence[Counts]) -> Held:
        """The looks; where events end the surveillance, its length is the information at which they were reached."""
        seen = held(looks, self._time, self.plan.time, TIMES, MOST_EXPECTED / self.plan.baseline.events)
        if self.plan.events is None:
            return seen
        reached = [t for t, n in zip(seen.information, seen.observed, strict=True) if n >= self.plan.events]
        return Held(seen.observed, seen.information, reached[0], seen.unit, seen.notes) if reached else seen

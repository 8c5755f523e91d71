"""The designs a plan may name, made from its parameters; for the people who register plans and keep the ledger of looks.

    design("poisson_maxsprt", {"alpha": 0.05, "maximum_length": 20}, "cohort").decide([Counts(observed=7, expected=2)])

Every plan gives alpha, maximum_length and minimum_events; what else a design takes is in docs/sequential.md.
"""

from collections.abc import Callable, Mapping
from typing import cast, get_args

from pipeline.errors import UsageError
from pipeline.sequential import binomialmaxsprt as binomial
from pipeline.sequential import conditionalmaxsprt as conditional
from pipeline.sequential import poissonmaxsprt as poisson
from pipeline.sequential.alertdesigns import (
    MOST_BOTH,
    MOST_PLANNED,
    ComparedAlerts,
    KnownAlerts,
    planned_chart,
)
from pipeline.sequential.cohortdesigns import ConditionalMaxsprt, PoissonMaxsprt, PoissonSpending
from pipeline.sequential.cusum import Chart, Compared, Cusum, Ewma, Reported
from pipeline.sequential.judgement import Counts, Decision, Design, Dispersed, Operating, World
from pipeline.sequential.parameters import MOST_LOOKS, Parameters
from pipeline.sequential.reportdesigns import BinomialMaxsprt, BinomialSpending, planned_groups
from pipeline.sequential.spending import KINDS, Spending
from pipeline.sequential.uncertainbaseline import Baseline, Closing

__all__ = ["DESIGN_IDS", "Counts", "Decision", "Design", "Dispersed", "Operating", "World", "design"]

BOUNDARIES = ("continuous", "grouped")
WORLDS: tuple[str, ...] = get_args(World)
MOST_RATIO = 1_000.0
MOST_FLAT, MOST_SPENDING, MOST_TIMES = 3_000, 20_000, 1_000
"""Greatest lengths: of MaxSPRT and of spending designs in (expected) events, of the conditional one in baselines."""


def design(design_id: str, parameters: Mapping[str, object], world: str) -> Design:
    """The design of a plan, ready to decide looks; its critical value is worked out here, in up to a few seconds.

    UsageError: an id, a world or a parameter that is not known, missing or out of range; alpha outside (0, 0.5]; a design
    of one world on the other's counts; a plan for which no boundary exists, each with its reason.
    """
    if design_id not in MAKERS:
        raise UsageError(f"There is no design {design_id!r}: choose one of {', '.join(DESIGN_IDS)}.")
    if world not in WORLDS:
        raise UsageError(f"There is no world {world!r}: choose one of {', '.join(WORLDS)}.")
    own, maker = MAKERS[design_id]
    if own != world:
        raise UsageError(f"{design_id} cannot be used on {world} counts: {REASONS[own]}")
    given = Parameters(design_id, parameters)
    try:
        made = maker(given)
    except ValueError as error:
        raise UsageError(f"{design_id}: {error}") from error
    given.refuse_others()
    return made


def _poisson_maxsprt(given: Parameters) -> Design:
    is_grouped = given.choice("boundary", BOUNDARIES, "continuous") == "grouped"
    length = given.number("maximum_length", most=MOST_FLAT)
    plan = poisson.Plan(length, given.whole("minimum_events", 1), given.start())
    alpha, looks = given.alpha(), given.looks(plan.length)
    _refuse_unplanned(given, looks, is_grouped)
    given.refuse_others()
    if is_grouped and looks is not None:
        plan = plan._replace(length=looks[-1])
        value = poisson.grouped_critical_value(looks, plan, alpha).value
    else:
        value = poisson.critical_value(plan, alpha).value
    return PoissonMaxsprt(plan, alpha, value, _fixed(looks), is_grouped)


def _poisson_spending(given: Parameters) -> Design:
    plan = poisson.Plan(given.number("maximum_length", most=MOST_SPENDING), given.whole("minimum_events", 1))
    return PoissonSpending(plan, given.alpha(), *_spending(given), _fixed(given.looks(plan.length)))


def _conditional_maxsprt(given: Parameters) -> Design:
    closing = cast("Closing", given.choice("closing", get_args(Closing), "between_events"))
    baseline = Baseline(given.whole("baseline_events"), closing)
    minimum = given.whole("minimum_events", 1)
    if given.choice("length_in", ("baseline_time", "events"), "baseline_time") == "events":
        plan = conditional.Plan(baseline, given.whole("maximum_length"), minimum=minimum)
        looks = None
    else:
        plan = conditional.Plan(baseline, None, given.number("maximum_length", most=MOST_TIMES), minimum)
        looks = given.looks(plan.time)
    alpha = given.alpha()
    given.refuse_others()
    return ConditionalMaxsprt(plan, alpha, conditional.critical_value(plan, alpha).value, _fixed(looks))


def _binomial_maxsprt(given: Parameters) -> Design:
    is_grouped = given.choice("boundary", BOUNDARIES, "continuous") == "grouped"
    length = given.whole("maximum_length", most=MOST_FLAT)
    plan = binomial.Plan(length, given.share(), given.whole("minimum_events", 1))
    alpha, looks = given.alpha(), given.looks(plan.length)
    _refuse_unplanned(given, looks, is_grouped)
    given.refuse_others()
    at = None
    if is_grouped and looks is not None:
        at = [round(look) for look in looks]
        plan = plan._replace(length=at[-1])
    value = binomial.critical_value(plan, alpha, at).value
    return BinomialMaxsprt(plan, alpha, value, _fixed(looks), is_grouped)


def _binomial_spending(given: Parameters) -> Design:
    length = given.whole("maximum_length")
    plan = binomial.Plan(length, given.share(), given.whole("minimum_events", 1))
    if plan.length * plan.share > MOST_SPENDING:
        raise UsageError(
            f"{given.design_id}: of maximum_length {length} events {plan.length * plan.share:.0f} would be the product's; at "
            f"most {MOST_SPENDING} are worked out."
        )
    return BinomialSpending(plan, given.alpha(), *_spending(given), _fixed(given.looks(plan.length)))


def _cusum(given: Parameters) -> Design:
    return _alerts(given, Cusum(given.number("ratio", 2.0, above=1.0, most=MOST_RATIO)))


def _ewma(given: Parameters) -> Design:
    return _alerts(given, Ewma(given.number("weight", 0.2, most=1.0)))


def _alerts(given: Parameters, chart: Chart) -> Design:
    """A chart over maximum_length looks; it has no least number of events, so the plan's must be 1.

    expected_per_look is of the product, a mean that is known; events_per_look of product and comparator, with a share.
    """
    length, alpha = given.whole("maximum_length", most=MOST_LOOKS), given.alpha()
    dispersion = given.number("dispersion", 1.0, most=MOST_RATIO)
    if dispersion < 1.0 or given.whole("minimum_events", 1) != 1:
        raise UsageError(f"{given.design_id} takes a dispersion of at least 1, and 1 as its least number of events.")
    if given.has("expected_per_look"):
        laws = [Reported(given.number("expected_per_look", most=MOST_PLANNED), 1.0, dispersion)] * length
        given.refuse_others()
        return KnownAlerts(given.design_id, planned_chart(chart, alpha, laws))
    each, share = given.number("events_per_look", most=MOST_BOTH), given.share()
    if each * share > MOST_PLANNED:
        raise UsageError(
            f"{given.design_id}: of events_per_look {each:g} {each * share:.0f} would be the product's; at most "
            f"{MOST_PLANNED:g} are worked out."
        )
    given.refuse_others()
    groups = planned_groups([each * look for look in range(1, length + 1)], share)
    compared = [Compared(group.events, share, 1.0, dispersion) for group in groups]
    return ComparedAlerts(given.design_id, planned_chart(chart, alpha, compared), share)


def _spending(given: Parameters) -> tuple[Spending, float]:
    kind = cast("Spending", given.choice("spending", KINDS, "pocock"))
    return kind, given.number("exponent", 1.0, most=MOST_RATIO) if kind == "power" else 1.0


def _refuse_unplanned(given: Parameters, looks: list[float] | None, is_grouped: bool) -> None:
    if is_grouped and looks is None:
        raise UsageError(f"{given.design_id} with a grouped boundary needs looks: their number, or a list of them.")


def _fixed(looks: list[float] | None) -> tuple[float, ...] | None:
    return None if looks is None else tuple(looks)


MAKERS: dict[str, tuple[World, Callable[[Parameters], Design]]] = {
    "poisson_maxsprt": ("cohort", _poisson_maxsprt),
    "conditional_maxsprt": ("cohort", _conditional_maxsprt),
    "poisson_spending": ("cohort", _poisson_spending),
    "binomial_maxsprt": ("spontaneous", _binomial_maxsprt),
    "binomial_spending": ("spontaneous", _binomial_spending),
    "cusum": ("spontaneous", _cusum),
    "ewma": ("spontaneous", _ewma),
}
DESIGN_IDS = tuple(MAKERS)
REASONS = {
    "cohort": (
        "it needs an expected number of events from person-time, and nobody knows how many treated patients stand behind "
        "spontaneous reports, which moreover come in clusters: a Poisson design that claims 5 % then fires far more often. "
        "Choose binomial_maxsprt, binomial_spending, cusum or ewma."
    ),
    "spontaneous": (
        "it weighs a product's reports against a comparator's, and followed patients have person-time, which says more. "
        "Choose poisson_maxsprt, conditional_maxsprt or poisson_spending."
    ),
}

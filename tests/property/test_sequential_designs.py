"""What holds for every design: alpha is kept whenever looks are held, spent alpha never falls, and order of adding cannot matter."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.sequential import binomialmaxsprt as binomial
from pipeline.sequential import poissonmaxsprt as poisson
from pipeline.sequential.arrivals import binomial_step, overdispersed_step, poisson_step
from pipeline.sequential.boundary import UNREACHABLE, followed
from pipeline.sequential.designs import Counts, design
from pipeline.sequential.spending import KINDS, spending_boundary, spent_by

checked = settings(deadline=None, max_examples=25)

alphas = st.sampled_from([0.001, 0.01, 0.05, 0.2])
lengths = st.floats(0.5, 40.0)
gaps = st.lists(st.floats(0.0, 6.0), min_size=1, max_size=10)
steps_of = {"poisson": poisson_step, "dispersed": lambda mean: overdispersed_step(mean, 2.0)}


@pytest.fixture(scope="module")
def made():
    held = {}

    def make(design_id, **parameters):
        key = (design_id, tuple(sorted(parameters.items())))
        if key not in held:
            world = "spontaneous" if design_id.startswith("binomial") else "cohort"
            held[key] = design(design_id, parameters, world)
        return held[key]

    return make


@checked
@given(lengths, alphas, st.integers(1, 5))
def test_a_continuous_design_spends_its_alpha_and_no_more(length, alpha, minimum):
    plan = poisson.Plan(length, minimum)
    try:
        found = poisson.critical_value(plan, alpha)
    except ValueError:
        assert (
            1
            - np.sum(
                np.exp(
                    -length + np.arange(minimum) * np.log(length) - np.cumsum(np.log(np.maximum(np.arange(minimum), 1)))
                )
            )
            <= alpha + 1e-12
        )
        return
    assert alpha - 1e-9 < found.alpha <= alpha


@checked
@given(lengths, st.floats(1.05, 3.0), alphas)
def test_a_longer_surveillance_asks_for_more(length, factor, alpha):
    try:
        shorter = poisson.critical_value(poisson.Plan(length, 2), alpha).value
    except ValueError:
        return
    assert poisson.critical_value(poisson.Plan(length * factor, 2), alpha).value > shorter


@checked
@given(gaps, st.floats(0.1, 6.0), st.integers(1, 6))
def test_looks_added_to_a_flat_boundary_never_spend_less(looks, value, at):
    looks = list(itertools.accumulate(looks))
    plan = poisson.Plan(100.0)
    fewer = [look for place, look in enumerate(looks) if place != at % len(looks)]
    spent = [
        float(np.sum(poisson.crossing_chances(held, poisson.grouped_least(held, value, plan))))
        for held in (fewer, looks)
    ]
    assert spent[0] <= spent[1] + 1e-12


@checked
@given(gaps, st.sampled_from(sorted(steps_of)))
def test_how_a_stretch_is_split_does_not_matter_while_nothing_can_cross(means, law):
    parts = followed([steps_of[law](mean) for mean in means], [UNREACHABLE] * len(means)).quiet
    whole = steps_of[law](sum(means))(np.ones(1))
    size = min(parts.size, whole.size)
    np.testing.assert_allclose(parts[:size], whole[:size], atol=1e-12)


@checked
@given(st.lists(st.integers(0, 12), min_size=1, max_size=6), st.floats(0.05, 0.9))
def test_how_events_are_grouped_does_not_matter_while_nothing_can_cross(groups, share):
    parts = followed([binomial_step(events, share) for events in groups], [UNREACHABLE] * len(groups)).quiet
    whole = binomial_step(sum(groups), share)(np.ones(1))  # leaves out what is next to impossible
    np.testing.assert_allclose(parts[: whole.size], whole, atol=1e-12)
    assert np.sum(parts[whole.size :]) < 1e-12


@checked
@given(gaps, st.sampled_from(KINDS), alphas)
def test_a_spending_boundary_follows_its_function_from_below(looks, kind, alpha):
    fractions = [look / 20.0 for look in itertools.accumulate(looks)]
    found = spending_boundary([poisson_step(gap) for gap in looks], fractions, kind, alpha)
    for spent, fraction in zip(found.spent, fractions, strict=True):
        assert spent <= spent_by(kind, fraction, alpha) + 1e-15
    assert found.spent == sorted(found.spent)


@checked
@given(st.sampled_from(KINDS), alphas, st.floats(0.0, 1.5), st.floats(0.0, 1.5))
def test_a_spending_function_never_falls(kind, alpha, one, other):
    low, high = sorted((one, other))
    assert 0.0 <= spent_by(kind, low, alpha) <= spent_by(kind, high, alpha) <= alpha


SERIES = st.lists(st.tuples(st.integers(0, 12), st.floats(0.05, 4.0)), min_size=1, max_size=8)
COHORT = {
    "poisson_maxsprt": {"alpha": 0.05, "maximum_length": 12, "minimum_events": 2},
    "poisson_spending": {"alpha": 0.05, "maximum_length": 12, "minimum_events": 1, "spending": "obrien_fleming"},
    "conditional_maxsprt": {"alpha": 0.05, "maximum_length": 1, "minimum_events": 1, "baseline_events": 12},
}  # fmt: skip
GROUPED = COHORT["poisson_maxsprt"] | {"looks": 6, "boundary": "grouped"}


def looks_of(series, *, falls=False):
    """Cumulative looks from increments; with falls every third count loses one case again."""
    observed, expected = 0, 0.0
    for at, (more, mean) in enumerate(series):
        observed, expected = max(observed + more - (falls and at % 3 == 2), 0), expected + mean
        yield Counts(observed, expected=expected)


@checked
@given(SERIES, st.sampled_from(sorted(COHORT)), st.booleans())
def test_spent_alpha_never_falls_and_never_passes_alpha_whatever_happens_to_the_count(made, series, design_id, falls):
    looks = list(looks_of(series, falls=falls))
    decisions = [made(design_id, **COHORT[design_id]).decide(looks[: at + 1]) for at in range(len(looks))]
    spent = [decision.alpha_spent for decision in decisions]
    assert spent == sorted(spent)
    assert spent[-1] <= 0.05 + 1e-12
    assert [decision.is_ended for decision in decisions] == sorted(decision.is_ended for decision in decisions)


@checked
@given(SERIES, st.lists(st.integers(0, 12), min_size=8, max_size=8))
def test_a_boundary_hangs_on_when_looks_are_held_and_never_on_what_was_counted(made, series, other):
    held = made("poisson_maxsprt", **COHORT["poisson_maxsprt"])
    looks = list(looks_of(series))
    changed = [Counts(count, expected=look.expected) for look, count in zip(looks, other, strict=False)]
    one, two = held.decide(looks), held.decide(changed)
    assert (one.least_count, one.alpha_spent) == (two.least_count, two.alpha_spent)


@settings(deadline=None, max_examples=8)
@given(st.lists(st.floats(0.3, 5.0), min_size=2, max_size=7))
def test_a_grouped_design_keeps_alpha_whenever_its_looks_are_held(made, series):
    looks = [Counts(0, expected=total) for total in itertools.accumulate(series)]
    held = made("poisson_maxsprt", **GROUPED)
    decisions = [held.decide(looks[: at + 1]) for at in range(len(looks))]
    least = [UNREACHABLE if one.least_count is None else one.least_count for one in decisions]
    crossing = poisson.crossing_chances([look.expected for look in looks], least)
    assert np.sum(crossing) == pytest.approx(decisions[-1].alpha_spent, abs=1e-12)
    assert np.sum(crossing) <= 0.05 + 1e-12


@checked
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.floats(0.1, 0.6)), min_size=1, max_size=8))
def test_a_binomial_design_keeps_alpha_under_the_shares_there_were(made, series):
    held = made("binomial_maxsprt", alpha=0.05, maximum_length=60, minimum_events=2, share=0.3)
    product = other = 0
    looks, least, groups = [], [], []
    for more, less, share in series:
        product, other = product + more, other + less
        looks.append(Counts(product, compared=other, share=share))
        groups.append(binomial.Group(more + less, share))
        found = held.decide(looks)
        least.append(UNREACHABLE if found.least_count is None else found.least_count)
    crossing = followed(binomial.steps(groups), least)
    assert crossing.ever == pytest.approx(found.alpha_spent, abs=1e-12)
    assert crossing.ever <= 0.05 + 1e-12


CHARTED = {"alpha": 0.05, "maximum_length": 6, "events_per_look": 6, "share": 0.3}
COUNTED = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60), st.floats(0.1, 0.6)), min_size=1, max_size=8)


@checked
@given(COUNTED, st.sampled_from(["cusum", "ewma"]), st.sampled_from([1.0, 2.0]))
def test_a_chart_keeps_alpha_whatever_is_counted_withdrawn_and_counted_again(series, design_id, dispersion):
    held = design(design_id, CHARTED | {"dispersion": dispersion}, "spontaneous")
    looks = [Counts(product, compared=other, share=share) for product, other, share in series]
    decisions = [held.decide(looks[: at + 1]) for at in range(len(looks))]
    spent = [decision.alpha_spent for decision in decisions]
    assert spent == sorted(spent)
    assert spent[-1] <= 0.05 + 1e-12
    assert [decision.is_ended for decision in decisions] == sorted(decision.is_ended for decision in decisions)
    most = 0
    for look, decision in zip(looks, decisions, strict=True):
        assert decision.is_crossed == (decision.least_count is not None and look.observed >= decision.least_count)
        if decision.is_crossed and "for the record" not in decision.note:
            assert look.observed > most  # nothing alerts without a further event of the product
        most = max(most, look.observed)


@checked
@given(COUNTED, st.sampled_from(["cusum", "ewma"]), st.data())
def test_the_limit_of_a_chart_hangs_on_how_many_events_there_were_and_not_on_whose(series, design_id, data):
    held = design(design_id, CHARTED, "spontaneous")
    totals = [product + other for product, other, _ in series]
    found = []
    for _ in range(2):
        parts = np.cumsum([data.draw(st.integers(0, total)) for total in totals])
        both = np.cumsum(totals)
        looks = [
            Counts(int(a), compared=int(n - a), share=share)
            for a, n, (*_, share) in zip(parts, both, series, strict=True)
        ]
        found.append((held.limits(looks), held.boundary(looks).spent))
    assert found[0] == found[1]


@checked
@given(st.integers(1, 60), st.floats(0.05, 0.9), st.floats(0.5, 6.0))
def test_the_least_count_is_where_the_statistic_reaches_the_value(events, share, value):
    groups = [binomial.Group(events, share)]
    least = binomial.least_count(groups, value)
    statistic = [float(binomial.log_likelihood_ratio(k, events, share)) for k in range(events + 1)]
    reached = [k for k, one in enumerate(statistic) if one >= value]
    assert least == (reached[0] if reached else UNREACHABLE)

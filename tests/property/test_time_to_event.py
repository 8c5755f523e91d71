"""What must hold of every cohort: order, splitting and late entry of persons; each estimator against its definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.study.comparison import gray, log_rank
from pipeline.study.competing import cumulative_incidence
from pipeline.study.completeness import clark_c, potential_time
from pipeline.study.followed import followed, risk_table
from pipeline.study.poisson import count_bounds, rate_ratio
from pipeline.study.survival import kaplan_meier
from pipeline.study.tipping import implied_share, loss_as_cause, loss_as_event, loss_parts
from pipeline.study.weighted import loss_weighted_incidence, shares_kept

person = st.tuples(st.integers(0, 6), st.integers(1, 8), st.integers(0, 2)).map(lambda p: (p[0], p[0] + p[1], p[2]))
cohorts = st.lists(person, min_size=1, max_size=12)
checked = settings(deadline=None, max_examples=60)


def cohort(rows):
    entry, leave, cause = (np.array(column) for column in zip(*rows, strict=True))
    return followed(leave, cause, entry - 0.5)


def incidence(persons, cause, weight):
    """The estimator's definition with a weight for each person, by loops."""
    free, total, found = 1.0, 0.0, []
    for time in np.unique(persons.exit):
        here = weight * ((persons.entry < time) & (persons.exit >= time))
        ended = here * (persons.exit == time)
        total += free * (ended * (persons.cause == cause)).sum() / here.sum()
        free *= 1.0 - (ended * (persons.cause > 0)).sum() / here.sum()
        found.append(total)
    return np.array(found)


@checked
@given(cohorts)
def test_incidence_is_its_definition_and_the_causes_share_what_is_not_free(rows):
    persons = cohort(rows)
    curves = [cumulative_incidence(persons, cause).estimate for cause in (1, 2)]
    for cause, curve in enumerate(curves, 1):
        np.testing.assert_allclose(curve, incidence(persons, cause, np.ones(len(rows))), atol=1e-12)
    free = kaplan_meier(risk_table(persons)).estimate
    np.testing.assert_allclose(curves[0] + curves[1] + free, 1.0, atol=1e-12)


@checked
@given(cohorts, st.lists(st.booleans(), min_size=12, max_size=12))
def test_the_incidence_lies_between_what_it_is_had_none_and_had_all_of_those_lost_had_the_event(rows, drawn):
    persons = cohort(rows)
    lost = (persons.cause == 0) & np.array(drawn[: len(rows)])
    least, plain, most = (
        cumulative_incidence(one, 1).estimate
        for one in (loss_as_cause(persons, lost, 1)[0], persons, loss_as_event(persons, lost, 1))
    )
    assert np.all((least <= plain + 1e-12) & (plain <= most + 1e-12))
    parts = loss_parts(persons, lost, 1)
    shares = [implied_share(parts, value, at) for at, value in enumerate(plain)]
    assert all(np.isnan(share) or -1e-9 <= share <= 1 + 1e-9 for share in shares)


@checked
@given(cohorts, st.lists(st.booleans(), min_size=12, max_size=12), st.floats(0, 1))
def test_the_error_for_a_share_of_those_lost_is_the_root_of_squared_influences(rows, drawn, share):
    persons, step = cohort(rows), 1e-6
    lost = (persons.cause == 0) & np.array(drawn[: len(rows)])
    marked, number = loss_as_cause(persons, lost, 1)
    found = loss_parts(persons, lost, 1).assumed(share).standard_error ** 2
    total = np.zeros(found.size)
    for at in range(len(rows)):
        sides = []
        for moved in (step, -step):
            weight = np.ones(len(rows))
            weight[at] += moved
            sides.append(incidence(marked, 1, weight) + share * incidence(marked, number, weight))
        total += ((sides[0] - sides[1]) / (2 * step)) ** 2
    free = kaplan_meier(risk_table(marked)).estimate
    some = np.cumprod(free > 0).astype(bool)  # once nobody is left free, nobody's influence is defined
    np.testing.assert_allclose(found[some], total[some], atol=1e-6)


@checked
@given(cohorts, st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=12, max_size=12), st.floats(-1, 1))
def test_weighted_for_loss_is_the_incidence_of_its_weights_by_loops(rows, drawn, slope):
    persons = cohort(rows)
    lost = (persons.cause == 0) & np.array([one for one, _ in drawn[: len(rows)]])
    x = np.array([[float(kind)] for _, kind in drawn[: len(rows)]])
    try:
        kept = shares_kept(persons, lost, x, [slope])
    except ValueError:
        return
    relative, free, total, expected = np.exp(slope * x[:, 0]), 1.0, 0.0, []
    weight = np.ones(len(rows))
    for time in np.unique(persons.exit):
        here = (persons.entry < time) & (persons.exit >= time)
        ended = here & (persons.exit == time)
        mass = (weight * here).sum()
        total += free * (weight * (ended & (persons.cause == 1))).sum() / mass
        free *= 1.0 - (weight * (ended & (persons.cause > 0))).sum() / mass
        expected.append(total)
        still = here & ~(ended & (persons.cause > 0))
        gone = (ended & lost).sum()
        if gone:
            kinds = 1.0 - relative * gone / (relative * still).sum()
            everybody = 1.0 - gone / still.sum()
            weight = np.where(still & (kinds > 0), weight * everybody / np.where(kinds > 0, kinds, 1.0), weight)
    np.testing.assert_allclose(loss_weighted_incidence(persons, kept, 1).estimate, expected, atol=1e-9)


@checked
@given(cohorts)
def test_the_jackknife_is_the_sum_of_squared_influences_also_with_late_entry(rows):
    persons, step = cohort(rows), 1e-6
    found = cumulative_incidence(persons, 1, "jackknife").standard_error ** 2
    total, free = np.zeros(found.size), kaplan_meier(risk_table(persons)).estimate
    for at in range(len(rows)):
        more, less = np.ones(len(rows)), np.ones(len(rows))
        more[at] += step
        less[at] -= step
        total += ((incidence(persons, 1, more) - incidence(persons, 1, less)) / (2 * step)) ** 2
    some = np.cumprod(free > 0).astype(bool)  # once nobody is left free, nobody's influence is defined
    np.testing.assert_allclose(found[some], total[some], atol=1e-6)


@checked
@given(cohorts, st.randoms())
def test_the_order_of_persons_never_matters(rows, chance):
    shuffled = rows[:]
    chance.shuffle(shuffled)
    for variance in ("aalen", "greenwood", "jackknife"):
        one, other = (cumulative_incidence(cohort(some), 1, variance) for some in (rows, shuffled))
        np.testing.assert_allclose(one.standard_error**2, other.standard_error**2, atol=1e-12)
        np.testing.assert_array_equal(one.estimate, other.estimate)


@checked
@given(cohorts)
def test_without_competing_events_incidence_is_what_kaplan_meier_leaves(rows):
    persons = cohort([(entry, leave, min(cause, 1)) for entry, leave, cause in rows])
    one = cumulative_incidence(persons, 1, "greenwood")
    other = kaplan_meier(risk_table(persons))
    np.testing.assert_allclose(one.estimate, 1.0 - other.estimate, atol=1e-12)
    some = other.estimate > 0
    np.testing.assert_allclose(one.standard_error[some], other.standard_error[some], atol=1e-9)


@checked
@given(cohorts)
def test_a_group_compared_with_itself_does_not_differ(rows):
    persons = cohort([(0, leave, cause) for _, leave, cause in rows])
    for test in (log_rank, lambda groups: gray(groups, 1)):
        try:
            found = test([persons, persons])
        except ValueError:
            continue  # nobody is at risk with somebody else when an event happens
        assert found.chi2 == pytest.approx(0.0, abs=1e-12)


@checked
@given(st.integers(0, 500))
def test_bounds_hold_the_count_and_mid_p_lies_within_the_exact_ones(events):
    exact, shorter = count_bounds([events]), count_bounds([events], "mid-p")
    assert exact.low[0] <= shorter.low[0] <= events <= shorter.high[0] <= exact.high[0]


@checked
@given(st.integers(0, 30), st.integers(1, 30), st.floats(0.1, 100), st.floats(0.1, 100))
def test_a_ratio_turned_round_is_its_inverse(events, others, time, other_time):
    one, other = rate_ratio(events, time, others, other_time), rate_ratio(others, other_time, events, time)
    assert one.low <= one.estimate <= one.high
    assert one.p == pytest.approx(other.p)
    assert one.high == pytest.approx(1 / other.low if other.low else np.inf)


@checked
@given(st.lists(st.tuples(st.floats(0, 15), st.floats(0, 15), st.booleans()), min_size=1))
def test_completeness_lies_between_none_and_all_and_deaths_owe_nothing_more(rows):
    seen, more, dead = (np.array(column) for column in zip(*rows, strict=True))
    found = clark_c(seen, potential_time(seen, seen + more, dead, longest=15.0))
    assert found.due == 0 or 0.0 <= found.share <= 1.0 + 1e-12
    everyone = clark_c(seen, potential_time(seen, seen + more, np.ones(len(rows)), longest=15.0))
    assert everyone.due == 0 or everyone.share == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("leave", "cause", "entry", "said"),
    [
        ([1.0, np.nan], [0, 1], None, r"exit\[1\]"),
        ([1.0, -1.0], [0, 1], None, r"exit\[1\]"),
        ([1.0, 2.0], [0, 1], [0.0, 2.0], r"entry\[1\]"),
        ([1.0, 2.0], [0, 1.5], None, r"cause\[1\]"),
        ([1.0, 2.0], [0], None, "one value for each person"),
    ],
)
def test_broken_follow_up_is_refused_by_row(leave, cause, entry, said):
    with pytest.raises(ValueError, match=said):
        followed(leave, cause, entry)


def test_nothing_is_said_where_nothing_was_followed_or_seen():
    with pytest.raises(ValueError, match="nothing to compare"):
        log_rank([followed([1.0], [0]), followed([2.0], [0])])
    with pytest.raises(ValueError, match="nothing to compare"):
        gray([followed([1.0, 3.0], [1, 0]), followed([2.0, 4.0], [1, 0])], 2)  # only the other cause was seen
    with pytest.raises(ValueError, match="Neither side"):
        rate_ratio(0, 1.0, 0, 1.0)
    assert risk_table(followed([], [])).time.size == 0

"""The pieces of sequential designs, each against another way to the same number, and against simulation where there is none."""

import itertools
import math

import numpy as np
import pytest
from scipy import integrate, special, stats

from pipeline.sequential import binomialmaxsprt as binomial
from pipeline.sequential import conditionalmaxsprt as conditional
from pipeline.sequential import cusum, overdispersion, spending, unadjusted
from pipeline.sequential import poissonmaxsprt as poisson
from pipeline.sequential.arrivals import (
    binomial_step,
    overdispersed_binomial_step,
    overdispersed_step,
    poisson_step,
    shifted_share,
)
from pipeline.sequential.boundary import UNREACHABLE, Course, followed, kept_within
from pipeline.sequential.criticalvalue import smallest_value
from pipeline.sequential.uncertainbaseline import Baseline, followed_chances, followed_step

START = np.ones(1)


def within_error(found, draws, truth):
    """Whether a share of so many draws is as near to the truth as four standard errors."""
    return abs(found - truth) < 4 * math.sqrt(truth * (1 - truth) / draws)


@pytest.mark.parametrize("mean", [0.0, 1e-6, 0.4, 7.0, 900.0])
def test_a_poisson_step_gives_poisson_counts(mean):
    after = poisson_step(mean)(START)
    np.testing.assert_allclose(after, stats.poisson.pmf(np.arange(after.size), mean), atol=1e-15)
    assert np.sum(after) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("mean", "dispersion"), [(0.02, 2.0), (3.0, 1.5), (40.0, 4.0), (2.0, 1.0), (1e-12, 3.0)])
def test_an_overdispersed_step_has_its_mean_and_its_variance(mean, dispersion):
    after = overdispersed_step(mean, dispersion)(START)
    n = np.arange(after.size)
    assert np.sum(after) == pytest.approx(1, abs=1e-12)
    assert after @ n == pytest.approx(mean, rel=1e-10)
    assert after @ n**2 - mean**2 == pytest.approx(dispersion * mean, rel=1e-9)


def test_next_to_nothing_expected_is_no_event():
    np.testing.assert_array_equal(overdispersed_step(2.3e-313, 2.0)(START)[:2], [1.0, 2.3e-313])


def test_two_overdispersed_counts_share_their_sum_beta_binomially():
    """Drawn as two negative binomials of one dispersion, kept where they sum to twelve, means in the ratio 1 to 3."""
    first = stats.nbinom.pmf(np.arange(13), 3.0 / 1.5, 1 / 2.5) * stats.nbinom.pmf(
        12 - np.arange(13), 9.0 / 1.5, 1 / 2.5
    )
    np.testing.assert_allclose(overdispersed_binomial_step(12, 0.25, 2.5)(START), first / first.sum(), rtol=1e-10)
    np.testing.assert_allclose(overdispersed_binomial_step(1, 0.25, 9.0)(START), [0.75, 0.25], rtol=1e-12)
    np.testing.assert_allclose(overdispersed_binomial_step(5, 0.3, 1.0)(START), binomial_step(5, 0.3)(START))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: poisson_step(-1.0), "mean is -1.0"),
        (lambda: poisson_step(math.nan), "mean is nan"),
        (lambda: overdispersed_step(1.0, 0.9), "dispersion is 0.9"),
        (lambda: binomial_step(-1, 0.5), "events is -1"),
        (lambda: binomial_step(3, 1.0), "share is 1.0"),
        (lambda: followed_step(Baseline(3), 2.0, 1.0), "Person-time runs from 2.0 to 1.0"),
        (lambda: poisson.log_likelihood_ratio([1.0], [0.0]), "events need an expected number"),
        (lambda: poisson.crossing_chances([2.0, 1.0], [3, 3]), "fall"),
        (lambda: poisson.critical_value(poisson.Plan(math.inf), 0.05), "length is inf"),
        (lambda: poisson.critical_value(poisson.Plan(2.0, 0), 0.05), "minimum is 0"),
        (lambda: poisson.critical_value(poisson.Plan(2.0), 0.6), "alpha is 0.6"),
        (lambda: poisson.length_for_power(poisson.Plan(1.0), 0.05, 1.0, 0.8), "a ratio above 1"),
        (lambda: binomial.length_for_power(binomial.Plan(1, 0.5), 0.05, 2.0, 0.01), "between alpha and 1"),
        (lambda: binomial.log_likelihood_ratio(3, 2, 0.5), "at most all events"),
        (lambda: binomial.grouped_log_likelihood_ratio(3, [binomial.Group(2, 0.5)]), "3 of 2 events"),
        (lambda: binomial.matched_share(0.0), "matching ratio is 0.0"),
        (lambda: binomial.critical_value(binomial.Plan(3, 0.5, 4), 0.05), "minimum is 4"),
        (lambda: conditional.log_likelihood_ratio(1, 0.0, 5), "events need person-time"),
        (lambda: conditional.critical_value(conditional.Plan(Baseline(0), 5), 0.05), "baseline is 0 events"),
        (lambda: conditional.critical_value(conditional.Plan(Baseline(5)), 0.05), "Neither events nor time"),
        (lambda: spending.spent_by("wald", 0.5, 0.05), "choose one of pocock"),
        (lambda: spending.spent_by("power", -0.5, 0.05), "neither can be below 0"),
        (lambda: spending.spending_boundary([], [0.5, 0.4], "pocock", 0.05), "falls"),
        (lambda: unadjusted.least_count(math.inf), "expected is inf"),
        (lambda: overdispersion.pearson_dispersion([1.0], [1.0]), "two looks or more"),
        (lambda: overdispersion.pearson_dispersion([1, 2], [1, 0]), "two looks or more"),
        (lambda: smallest_value(lambda _: 1.0, 0.05, "x"), "No critical value below"),
    ],
)
def test_input_that_cannot_be_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_following_agrees_with_counting_every_path():
    """Three looks of at most three events each, all paths one by one."""
    chances, least = [0.5, 0.3, 0.15, 0.05], [2, 3, 4]
    first = [0.0, 0.0, 0.0]
    for path in itertools.product(range(4), repeat=3):
        crossed = [at for at, total in enumerate(itertools.accumulate(path)) if total >= least[at]]
        if crossed:
            first[crossed[0]] += math.prod(chances[n] for n in path)
    steps = [lambda quiet: np.convolve(quiet, chances)] * 3
    np.testing.assert_allclose(followed(steps, least).first, first, atol=1e-15)


def test_a_boundary_spends_no_more_than_it_may_and_would_with_one_count_less():
    means, allowed = [1.0, 2.0, 0.5, 4.0], [0.01, 0.02, 0.02, 0.05]
    steps = [poisson_step(mean) for mean in means]
    found = kept_within(steps, [1] * 4, allowed)
    assert all(spent <= limit for spent, limit in zip(found.spent, allowed, strict=True))
    np.testing.assert_allclose(np.cumsum(followed(steps, found.least).first), found.spent, atol=1e-15)
    for at in range(4):
        lower = [count - (place == at) for place, count in enumerate(found.least)][: at + 1]
        assert np.sum(followed(steps[: at + 1], lower).first) > allowed[at]


def test_with_nothing_left_to_spend_nothing_crosses_and_a_look_without_news_keeps_its_boundary():
    course = Course()
    first = course.take(poisson_step(2.0), 1, 0.05)
    assert course.take(poisson_step(0.0), 1, 0.05) == first
    spent = course.spent
    course.take(poisson_step(1.0), 1, spent)
    assert course.spent == spent
    assert Course().take(binomial_step(2, 0.5), 1, 0.2) == UNREACHABLE


def test_least_counts_and_latest_expectations_are_each_others_inverse():
    for value in (0.01, 1.0, 3.5, 9.0):
        for count in (1, 2, 7, 40, 400):
            latest = float(poisson.latest_expected(count, value))
            assert float(poisson.log_likelihood_ratio(count, latest)) == pytest.approx(value, rel=1e-9)
            assert poisson.least_count(latest * (1 - 1e-9), value) == count
            assert poisson.least_count(latest * (1 + 1e-6), value) == count + 1


@pytest.mark.parametrize("expected", [5e-324, 2.3e-308, 1e-9, 9e-4, 1.1e-3])
def test_next_to_no_expected_events_leave_a_least_count(expected):
    for value in (0.5, 30.0, 900.0):
        least = poisson.least_count(expected, value)
        statistic = poisson.log_likelihood_ratio([least, least - 1], [expected, expected])
        assert statistic[0] >= value > statistic[1] or (least == 1 and statistic[0] >= value)


def simulated_poisson(value, plan, ratio, draws, seed=4):
    """Time and count of the signal of each series, NaN without one: arrival by arrival."""
    rng = np.random.default_rng(seed)
    arrivals = np.cumsum(rng.exponential(1 / ratio, (draws, 60)), axis=1)
    count = np.arange(1, 61)
    crosses = (arrivals <= plan.length) & (count >= plan.minimum)
    crosses &= poisson.log_likelihood_ratio(np.broadcast_to(count, arrivals.shape), arrivals) >= value
    first = crosses.argmax(axis=1)
    time = np.where(crosses.any(axis=1), np.take_along_axis(arrivals, first[:, None], 1)[:, 0], np.nan)
    return time, np.where(np.isnan(time), np.nan, first + 1.0)


@pytest.mark.parametrize("ratio", [1.0, 1.6])
def test_performance_is_what_arrivals_drawn_one_by_one_do(ratio):
    plan, draws = poisson.Plan(12.0, 3), 20_000
    value = poisson.critical_value(plan, 0.05).value
    found = poisson.performance(value, plan, ratio)
    time, events = simulated_poisson(value, plan, ratio, draws)
    signals = ~np.isnan(time)
    assert within_error(signals.mean(), draws, found.power)
    for drawn, exact in ((time[signals], found.time), (events[signals], found.events)):
        assert abs(drawn.mean() - exact) < 4 * drawn.std() / math.sqrt(drawn.size)
    lengths = np.where(signals, time, plan.length)
    assert abs(lengths.mean() - found.length) < 4 * lengths.std() / math.sqrt(draws)


def test_a_late_start_is_one_look_and_then_continuous():
    plan = poisson.Plan(10.0, 1, 3.0)
    value = poisson.critical_value(plan, 0.05).value
    rng = np.random.default_rng(8)
    arrivals = np.cumsum(rng.exponential(1.0, (20_000, 60)), axis=1)
    count = np.arange(1, 61)
    later = (arrivals > 3.0) & (arrivals <= 10.0)
    crosses = (later & (poisson.log_likelihood_ratio(np.broadcast_to(count, arrivals.shape), arrivals) >= value)).any(1)
    crosses |= poisson.log_likelihood_ratio((arrivals <= 3.0).sum(1), 3.0) >= value
    assert within_error(crosses.mean(), 20_000, 0.05)
    found = poisson.performance(value, plan, 1.0)
    assert found.power == pytest.approx(0.05, abs=1e-12)
    assert 3.0 < found.time < 10.0


def test_a_length_for_a_power_has_that_power():
    length = poisson.length_for_power(poisson.Plan(1.0, 3), 0.05, 2.0, 0.8)
    plan = poisson.Plan(length, 3)
    assert poisson.spent_alpha(poisson.critical_value(plan, 0.05).value, plan, 2.0) == pytest.approx(0.8, abs=1e-6)
    events = binomial.length_for_power(binomial.Plan(1, 0.5), 0.05, 3.0, 0.8)
    powers = [
        binomial.performance(binomial.critical_value(plan, 0.05).value, plan, 3.0).power
        for plan in (binomial.Plan(events - 1, 0.5), binomial.Plan(events, 0.5))
    ]
    assert powers[0] < 0.8 <= powers[1]


@pytest.mark.parametrize("closing", ["at_event", "between_events", "at_next_event"])
@pytest.mark.parametrize("time", [0.01, 0.7, 6.0])
def test_counts_after_an_uncertain_baseline_are_mixed_as_it_was_closed(closing, time):
    found = followed_chances(Baseline(4, closing), time)
    size = np.arange(12)

    def mixed(u):
        """Gamma of c, and of one further exponential wait times u."""
        first = stats.nbinom.pmf(size, 4, 1 / (1 + time))
        share = u * time / (1 + u * time)
        return np.convolve(first, (1 - share) * share**size)[:12]

    if closing == "between_events":
        expected = integrate.quad_vec(mixed, 0, 1)[0]
    else:
        expected = mixed(1.0 if closing == "at_next_event" else 0.0)
    np.testing.assert_allclose(found[:12], expected[: found.size], rtol=1e-8, atol=1e-17)
    assert np.sum(found) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("closing", ["at_event", "between_events", "at_next_event"])
def test_steps_after_an_uncertain_baseline_add_up_to_its_counts(closing):
    baseline = Baseline(6, closing)
    after = followed_step(baseline, 0.5, 1.7)(followed_step(baseline, 0.0, 0.5)(START))
    np.testing.assert_allclose(after, followed_chances(baseline, 1.7), atol=1e-14)


def test_the_conditional_design_spends_alpha_on_series_drawn_with_their_baseline():
    baseline, draws = Baseline(8, "between_events"), 20_000
    plan = conditional.Plan(baseline, None, 1.5)
    value = conditional.critical_value(plan, 0.05).value
    rng = np.random.default_rng(5)
    length = rng.gamma(8, 1, draws) + rng.random(draws) * rng.exponential(1, draws)
    for ratio in (1.0, 2.0):
        times = np.cumsum(rng.exponential(1 / ratio, (draws, 120)), axis=1) / length[:, None]
        count = np.broadcast_to(np.arange(1.0, 121.0), times.shape)
        crosses = (times <= 1.5) & (conditional.log_likelihood_ratio(count, times, 8.0) >= value)
        first = crosses.argmax(axis=1)
        found = conditional.performance(value, plan, ratio)
        assert within_error(crosses.any(1).mean(), draws, found.power)
        at = np.take_along_axis(times, first[:, None], 1)[:, 0][crosses.any(1)]
        assert abs(at.mean() - found.time) < 4 * at.std() / math.sqrt(at.size)


def test_steps_and_staircase_tell_the_same_conditional_alpha():
    plan = conditional.Plan(Baseline(20), 15)
    times, least = conditional.stages(3.0, plan)
    by_steps = followed(conditional.time_steps(times.tolist(), plan.baseline), least).first
    by_staircase = -np.diff(conditional.still_quiet(times, least, plan.baseline), prepend=1.0)
    np.testing.assert_allclose(by_steps, by_staircase, atol=1e-12)


def test_a_sure_baseline_is_the_poisson_design():
    sure = conditional.Plan(Baseline(1e6), 8)
    value = conditional.critical_value(sure, 0.05).value
    times = conditional.stages(value, sure)[0] * 1e6
    np.testing.assert_allclose(times, poisson.latest_expected(np.arange(1, 9), value), rtol=1e-4)


def test_one_share_for_all_looks_is_the_plain_binomial_statistic():
    groups = [binomial.Group(7, 0.25), binomial.Group(9, 0.25)]
    plain = float(binomial.log_likelihood_ratio(8, 16, 0.25))
    assert binomial.grouped_log_likelihood_ratio(8, groups) == pytest.approx(plain, rel=1e-14)
    nearly = [binomial.Group(7, 0.25), binomial.Group(9, 0.25 + 1e-9)]
    assert binomial.grouped_log_likelihood_ratio(8, nearly) == pytest.approx(plain, rel=1e-7)


def test_the_statistic_of_changing_shares_is_the_maximum_over_the_odds_ratio():
    groups = [binomial.Group(10, 0.1), binomial.Group(30, 0.4), binomial.Group(5, 0.7)]
    log_ratio = np.linspace(0, 4, 400_001)
    events, shares = (np.array(column, dtype=float)[:, None] for column in zip(*groups, strict=True))
    likelihood = 26 * log_ratio - (events * np.log1p(shares * np.expm1(log_ratio))).sum(0)
    assert binomial.grouped_log_likelihood_ratio(26, groups) == pytest.approx(likelihood.max(), abs=1e-9)
    assert binomial.grouped_log_likelihood_ratio(45, groups) == pytest.approx(-float((events * np.log(shares)).sum()))
    assert binomial.grouped_log_likelihood_ratio(16, groups) == 0.0


def test_the_share_of_a_product_reported_twice_as_often():
    assert shifted_share(0.25, 2.0) == pytest.approx(0.5 / 1.25)
    assert shifted_share(0.25, 1.0) == 0.25


def test_spending_functions_have_their_published_values():
    """Lan and DeMets: Pocock's type ln(1 + (e - 1) t) α; O'Brien and Fleming's 2 (1 - Φ(z / √t)), z of α/2."""
    assert spending.spent_by("pocock", 0.5, 0.05) == pytest.approx(0.05 * math.log(1 + (math.e - 1) / 2))
    assert spending.spent_by("obrien_fleming", 0.5, 0.025) == pytest.approx(
        2 * special.ndtr(-2.2414027 / math.sqrt(0.5)), rel=1e-6
    )
    assert spending.spent_by("power", 0.5, 0.05, 3.0) == pytest.approx(0.05 / 8)
    for kind in spending.KINDS:
        assert spending.spent_by(kind, 0.0, 0.05) == 0.0
        assert spending.spent_by(kind, 1.0, 0.05) == spending.spent_by(kind, 1.7, 0.05) == 0.05


def test_unadjusted_looks_cross_as_often_as_the_exact_recursion_says():
    assert unadjusted.ever_crossing([0.02] * 60)[-1] == pytest.approx(0.0167, abs=5e-5)
    assert unadjusted.ever_crossing([0.25] * 60)[-1] == pytest.approx(0.0840, abs=5e-5)
    assert unadjusted.ever_crossing([100.0] * 60)[-1] == pytest.approx(0.1646, abs=5e-5)
    drawn = np.cumsum(np.random.default_rng(2).poisson(0.25, (20_000, 60)), axis=1)
    least = [unadjusted.least_count(0.25 * look) for look in range(1, 61)]
    assert within_error((drawn >= least).any(1).mean(), 20_000, 0.0840)


def test_the_bound_in_closed_form_is_what_crosses_in_six_point_seven_percent():
    least = []
    for look in range(1, 61):
        n = np.arange(200.0)
        low = np.log2((n + 0.5) / (0.25 * look + 0.5)) - 3.3 * (n + 0.5) ** -0.5 - 2.0 * (n + 0.5) ** -1.5
        least.append(int(np.argmax(low > 0)))
    assert followed([poisson_step(0.25)] * 60, least).ever == pytest.approx(0.0669, abs=5e-5)


def test_least_cases_of_the_component_are_where_its_gamma_quantile_passes():
    for expected in (0.0, 0.02, 0.7, 3.0, 55.0):
        count = unadjusted.least_count(expected)
        low = [special.gammaincinv(n + 0.5, 0.025) / (expected + 0.5) for n in (count, count - 1)]
        assert low[0] > 1 or count == 1
        assert low[1] <= 1


def test_a_poisson_design_of_five_percent_fires_in_sixteen_at_twice_the_variance():
    plan = poisson.Plan(20.0)
    looks = [20.0 * look / 60 for look in range(1, 61)]
    least = poisson.grouped_least(looks, poisson.critical_value(plan, 0.05).value, plan)
    assert overdispersion.poisson_alpha(looks, least, 1.0) == pytest.approx(0.0298, abs=5e-5)
    assert overdispersion.poisson_alpha(looks, least, 2.0) == pytest.approx(0.1596, abs=5e-5)
    kept = overdispersion.kept_poisson(looks, least, 0.05, 2.0)
    assert overdispersion.poisson_alpha(looks, kept.least, 2.0) <= 0.05 + 1e-12
    assert all(ours >= flat for ours, flat in zip(kept.least, least, strict=True))


def test_a_binomial_design_at_twice_the_variance_fires_as_often_as_drawn():
    plan = binomial.Plan(120, 0.25)
    looks = list(range(10, 121, 10))
    least = binomial.flat_boundary(binomial.critical_value(plan, 0.05).value, looks, plan)
    found = overdispersion.binomial_alpha([binomial.Group(10, 0.25)] * 12, least, 2.0)
    part = stats.betabinom(10, 0.25 * 10, 0.75 * 10).rvs((30_000, 12), random_state=3)
    assert within_error((np.cumsum(part, axis=1) >= least).any(1).mean(), 30_000, found)
    assert found > 0.08


def test_the_estimate_of_dispersion_is_not_moved_by_a_raised_level():
    drawn = np.random.default_rng(1).negative_binomial(5.0, 0.5, 20_000)
    for level in (1.0, 2.5):
        found = overdispersion.pearson_dispersion(drawn, np.full(20_000, 5.0 / level))
        assert found == pytest.approx(2.0, abs=0.1)
    assert math.isnan(overdispersion.pearson_dispersion([0, 0], [1.0, 1.0]))


@pytest.mark.parametrize("chart", [cusum.Cusum(2.0), cusum.Ewma(0.2)])
@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_a_chart_alerts_as_often_as_when_drawn(chart, dispersion):
    looks = [cusum.Reported(mean, 1.0, dispersion) for mean in (0.5, 2.0, 1.0, 3.0) * 5]
    limit, draws, rng = cusum.alert_limit(chart, looks, 0.05), 20_000, np.random.default_rng(6)
    exact = float(np.sum(cusum.alert_chances(chart, limit, looks)))
    assert exact <= 0.05 < float(np.sum(cusum.alert_chances(chart, limit - 1, looks)))
    place, alerted = np.zeros(draws, dtype=np.int64), np.zeros(draws, dtype=bool)
    for look in looks:
        if dispersion == 1.0:
            count = rng.poisson(look.expected, draws)
        else:
            count = rng.negative_binomial(look.expected, 0.5, draws)
        place = chart.moved(place, count, look)
        alerted |= place >= limit
    assert within_error(alerted.mean(), draws, exact)


@pytest.mark.parametrize("chart", [cusum.Cusum(2.0), cusum.Ewma(0.2)])
def test_average_run_length_is_the_sum_of_the_chances_of_no_alert_yet(chart):
    look, limit = cusum.Reported(1.0, 2.5), 2 * chart.grid
    quiet = 1.0 - np.cumsum(cusum.alert_chances(chart, limit, [look] * 1500))
    assert cusum.average_run_length(chart, limit, look) == pytest.approx(1.0 + np.sum(quiet), rel=1e-6)
    assert cusum.average_run_length(chart, limit, cusum.Reported(1.0, 0.0)) == math.inf


def test_no_limit_within_reach_is_an_error(monkeypatch):
    monkeypatch.setattr(cusum, "HIGHEST_PLACE", 16)
    with pytest.raises(ValueError, match="No limit keeps alerts within 1 looks to alpha"):
        cusum.alert_limit(cusum.Cusum(2.0), [cusum.Reported(5.0)], 0.001)


def test_a_limit_that_no_course_comes_to_is_no_limit():
    with pytest.raises(ValueError, match="nothing is rare enough to alert"):
        cusum.alert_limit(cusum.Cusum(2.0), [cusum.Compared(2, 0.5)], 0.001)


@pytest.mark.parametrize("share", [0.05, 0.3])
@pytest.mark.parametrize("ratio", [1.5, 3.0])
def test_the_reference_is_where_both_shares_are_as_likely(share, ratio):
    reference, moved = cusum.Compared(40, share).reference(ratio), shifted_share(share, ratio)
    odds = math.log(moved * (1 - share) / (share * (1 - moved)))
    assert odds == pytest.approx(math.log(ratio))
    assert reference * odds == pytest.approx(40 * math.log((1 - share) / (1 - moved)))


@pytest.mark.parametrize(
    "law", [cusum.Compared(30, 0.2), cusum.Compared(30, 0.2, 3.0), cusum.Compared(30, 0.2, 1.0, 2.0)]
)
def test_a_part_of_the_events_has_the_mean_of_its_share(law):
    chances = law.chances()
    assert np.sum(chances) == pytest.approx(1)
    share = shifted_share(law.share, law.ratio)
    assert chances @ np.arange(chances.size) == pytest.approx(30 * share)
    null = law._replace(ratio=1.0, dispersion=1.0).chances()
    assert null @ (np.arange(null.size) - law.usual) ** 2 == pytest.approx(law.deviation**2)


@pytest.mark.parametrize("chart", [cusum.Cusum(2.0), cusum.Ewma(0.2)])
def test_the_least_alert_is_the_first_number_that_comes_to_the_limit(chart):
    law = cusum.Compared(9, 0.2)
    for place in (0, 10, 30):
        reached = [k for k in range(10) if chart.moved(np.asarray(place), np.asarray(k), law) >= 60]
        assert cusum.least_alert(chart, place, 60, law) == (reached[0] if reached else None)


@pytest.mark.parametrize("chart", [cusum.Cusum(2.0), cusum.Ewma(0.2)])
def test_moves_worked_out_once_and_look_by_look_give_the_same(monkeypatch, chart):
    looks = [cusum.Compared(9, 0.2), cusum.Compared(4, 0.2), cusum.Compared(9, 0.2), cusum.Reported(2.0)]
    once = cusum.alert_chances(chart, 40, looks)
    monkeypatch.setattr(cusum, "MOST_MOVES", 1)
    np.testing.assert_allclose(cusum.alert_chances(chart, 40, looks), once, atol=1e-15)
    assert np.all(once[1:] > 0)


def test_a_chart_that_chance_never_moves_has_a_limit_all_the_same():
    """A thousand of ten thousand, give or take thirty: the 1,375 that a ratio of two asks for never come by chance."""
    assert cusum.alert_limit(cusum.Cusum(2.0), [cusum.Compared(10_000, 0.1)], 0.01) == 1

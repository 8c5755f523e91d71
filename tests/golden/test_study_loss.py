"""Loss to follow-up, worked out by hand: weights of those who stay, and what those lost might have had."""

import numpy as np
import pytest

from pipeline.study.competing import cumulative_incidence
from pipeline.study.followed import followed, risk_table
from pipeline.study.survival import kaplan_meier
from pipeline.study.tipping import implied_share, loss_as_cause, loss_as_event, loss_parts, tipping_share
from pipeline.study.weighted import EXPLODED, loss_coefficients, loss_weighted_incidence, shares_kept

# Lost at 1 (kind 1); event at 2 (kind 0); event at 3 (kind 1); death at 4 (kind 0). Twice the hazard of loss in kind 1:
# 1/(2 + 2·2) = 1/6 in kind 0, 1/3 in kind 1, 1/4 of all; so kind 0 weighs (3/4)/(5/6) = 0.9, kind 1 (3/4)/(2/3) = 1.125.
FOUR = followed([1, 2, 3, 4], [0, 1, 1, 2])
KIND = np.array([[1.0], [0.0], [1.0], [0.0]])
LOST = np.array([True, False, False, False])
# Event at 1, lost at 2, death at 3, event at 4, lost at 5.
FIVE = followed([1, 2, 3, 4, 5], [1, 0, 2, 1, 0])
TWO_LOST = np.array([False, True, False, False, True])


def test_those_who_stay_stand_for_those_lost_who_were_like_them():
    kept = shares_kept(FOUR, LOST, KIND, [np.log(2.0)])
    np.testing.assert_allclose(kept.everybody, [1, 0.75, 0.75, 0.75])
    np.testing.assert_allclose(kept.alike, [[1, 5 / 6, 5 / 6, 5 / 6], [1, 2 / 3, 2 / 3, 2 / 3]])
    found = loss_weighted_incidence(FOUR, kept, 1)
    np.testing.assert_allclose(found.weight, [1, 0.9, 1.125, 0.9])
    np.testing.assert_allclose(found.estimate, [0, 4 / 13, 9 / 13, 9 / 13])


def test_a_late_entry_is_weighed_from_its_own_entry_on():
    persons = followed([1, 2, 3, 4, 4], [0, 1, 1, 2, 1], [0, 0, 0, 0, 1])
    kept = shares_kept(persons, np.append(LOST, False), np.append(KIND, [[1.0]], axis=0), [np.log(2.0)])
    found = loss_weighted_incidence(persons, kept, 1)
    np.testing.assert_allclose(found.weight, [1, 0.9, 1.125, 0.9, 1])  # nobody was lost since the last one entered
    free = (1 - 0.9 / 3.925) * (1 - 1.125 / 3.025)
    np.testing.assert_allclose(found.estimate[-1], 1 - free + free / 1.9)


def test_the_model_of_loss_has_the_maximum_worked_out_by_hand():
    # One of the 2 of kind 1 lost at 1 beside 2 of kind 0, one of kind 0 at 2 beside 1 of kind 1:
    # b - ln(2 + 2e^b) - ln(2 + e^b) is largest where 1 = e^b/(1 + e^b) + e^b/(2 + e^b), which is e^b = √2.
    persons = followed([1, 2, 3, 3], [0, 0, 0, 0])
    found = loss_coefficients(persons, np.array([True, True, False, False]), [[1.0], [0.0], [1.0], [0.0]])
    assert np.exp(found[0]) == pytest.approx(np.sqrt(2.0), rel=1e-8)


def test_an_event_comes_before_a_loss_on_one_day():
    # Of the three at risk at 1 one has the event first: one of two is lost, not one of three.
    persons = followed([1, 1, 2], [1, 0, 2])
    kept = shares_kept(persons, np.array([False, True, False]), np.zeros((3, 1)), [0.0])
    np.testing.assert_allclose(kept.everybody, [1, 0.5])


def cohort(n=400, seed=3):
    chance = np.random.default_rng(seed)
    return followed(chance.integers(1, 40, n), chance.integers(0, 3, n))  # with many ties


def test_events_over_their_share_kept_are_the_product_limit_estimate():
    persons = cohort()
    kept = shares_kept(persons, persons.cause == 0, np.zeros((400, 1)), [0.0])
    share = kept.everybody[kept.last]
    for cause in (1, 2):
        had = np.where(persons.cause == cause, 1.0 / np.where(share > 0, share, 1.0), 0.0)
        found = np.cumsum(np.bincount(kept.last, had)) / 400
        np.testing.assert_allclose(found, cumulative_incidence(persons, cause).estimate, rtol=1e-12)
    any_event = np.where(persons.cause > 0, 1.0 / np.where(share > 0, share, 1.0), 0.0)
    dead = persons._replace(cause=np.minimum(persons.cause, 1))
    free = 1 - np.cumsum(np.bincount(kept.last, any_event)) / 400
    np.testing.assert_allclose(free, kaplan_meier(risk_table(dead)).estimate, rtol=1e-10, atol=1e-12)


def test_without_an_effect_of_the_covariate_the_estimate_is_aalen_and_johansens():
    persons = cohort()
    kind = np.random.default_rng(4).integers(0, 3, (400, 2)).astype(float)
    kept = shares_kept(persons, (persons.cause == 0) & (persons.exit < 30), kind, [0.0, 0.0])
    found = loss_weighted_incidence(persons, kept, 1)
    np.testing.assert_allclose(found.estimate, cumulative_incidence(persons, 1).estimate, rtol=1e-12)
    np.testing.assert_allclose(found.weight, 1.0)


def test_where_the_ill_are_lost_the_weights_find_what_the_plain_estimate_misses():
    chance, n = np.random.default_rng(5), 20_000
    ill = chance.integers(0, 2, n)
    event, death = chance.exponential(1 / np.where(ill, 0.4, 0.05)), chance.exponential(1 / 0.1, n)
    loss = chance.exponential(1 / np.where(ill, 0.6, 0.05))
    stop = np.minimum(np.minimum(event, death), np.minimum(loss, 5.0))
    cause = np.select([stop == event, stop == death], [1, 2], 0)
    persons, lost = followed(stop, cause), stop == loss
    covariates = ill[:, None].astype(float)
    kept = shares_kept(persons, lost, covariates, loss_coefficients(persons, lost, covariates))
    at = np.searchsorted(kept.time, 4.0, side="right") - 1
    truth = np.mean([each / (each + 0.1) * (1 - np.exp(-4 * (each + 0.1))) for each in (0.4, 0.05)])
    plain = cumulative_incidence(persons, 1)
    assert loss_weighted_incidence(persons, kept, 1).estimate[at] == pytest.approx(truth, abs=0.012)
    assert plain.estimate[at] < truth - 5 * plain.standard_error[at]


def test_a_kind_of_patient_of_whom_more_would_be_lost_than_there_are_is_refused():
    persons = followed([1, 1, 2, 3], [0, 0, 1, 2])
    lost = np.array([True, True, False, False])
    with pytest.raises(ValueError, match=EXPLODED):
        shares_kept(persons, lost, [[0.0], [0.0], [1.0], [0.0]], [np.log(20.0)])


def test_nobody_is_lost_at_an_event():
    for refused in (
        lambda: loss_as_cause(FOUR, FOUR.cause == 1, 1),
        lambda: loss_as_event(FOUR, FOUR.cause == 1, 1),
        lambda: shares_kept(FOUR, FOUR.cause == 1, KIND, [0.0]),
        lambda: loss_coefficients(FOUR, FOUR.cause == 1, KIND),
    ):
        with pytest.raises(ValueError, match="Somebody lost had an event"):
            refused()


def test_without_any_of_those_lost_two_of_five_have_the_event_and_with_all_four():
    parts = loss_parts(FIVE, TWO_LOST, 1)
    np.testing.assert_allclose(parts.followed, [0.2, 0.2, 0.2, 0.4, 0.4])
    np.testing.assert_allclose(parts.lost, [0, 0.2, 0.2, 0.2, 0.4])
    marked, loss = loss_as_cause(FIVE, TWO_LOST, 1)
    assert loss == 3
    np.testing.assert_allclose(parts.assumed(0).estimate, cumulative_incidence(marked, 1).estimate)
    every = cumulative_incidence(loss_as_event(FIVE, TWO_LOST, 1), 1, "jackknife")
    for name in ("estimate", "low", "high"):
        np.testing.assert_allclose(getattr(parts.assumed(1), name), getattr(every, name), atol=1e-12)
    np.testing.assert_allclose(parts.assumed(0.25).estimate[-1], 0.5)


def test_loss_is_no_event_where_nobody_had_one():
    persons = followed([1, 2], [0, 0])
    marked, loss = loss_as_cause(persons, np.array([True, False]), 1)
    assert (loss, marked.cause.tolist()) == (2, [2, 0])
    np.testing.assert_array_equal(loss_parts(persons, np.array([True, False]), 1).followed, 0)


def test_aalen_and_johansen_take_a_sixth_of_those_lost_to_have_the_event():
    # 1/5, then 4/5 · 2/3 · 1/2 more: 7/15; of the share lost, 2/5, that is (7/15 - 2/5) / (2/5) = 1/6.
    plain = cumulative_incidence(FIVE, 1).estimate
    assert plain[-1] == pytest.approx(7 / 15)
    assert implied_share(loss_parts(FIVE, TWO_LOST, 1), plain[-1], 4) == pytest.approx(1 / 6)
    assert np.isnan(implied_share(loss_parts(FIVE, TWO_LOST, 1), plain[0], 0))


@pytest.mark.parametrize(("is_above", "margin"), [(True, 0.12), (False, 0.25)])
def test_at_the_tipping_share_the_bound_is_the_margin_and_beyond_it_the_conclusion_is_gone(is_above, margin):
    chance = np.random.default_rng(6)
    persons = followed(chance.exponential(2, 300), chance.choice(3, 300, p=[0.5, 0.2, 0.3]))
    parts = loss_parts(persons, (persons.cause == 0) & (persons.exit < 2), 1)
    at = int(np.searchsorted(parts.time, 2.5)) - 1
    found = tipping_share(parts, at, margin, is_above=is_above)
    side = "low" if is_above else "high"
    assert 0 < found < 1
    assert getattr(parts.assumed(found), side)[at] == pytest.approx(margin, abs=1e-8)
    assert getattr(parts.assumed(found - 0.01), side)[at] < margin < getattr(parts.assumed(found + 0.01), side)[at]


def test_a_conclusion_that_no_share_of_those_lost_changes_has_no_tipping_share():
    parts = loss_parts(FIVE, TWO_LOST, 1)
    assert np.isnan(tipping_share(parts, 4, 0.001, is_above=True))
    assert np.isnan(tipping_share(parts, 4, 0.999, is_above=False))

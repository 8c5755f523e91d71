"""What holds for every 2×2 table given its margins: symmetry, order, agreement with the large-sample forms."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.signals.conditional import exact_reporting_odds_ratio, fisher_exact, fisher_two_sided, log_weight
from pipeline.signals.disproportionality import reporting_odds_ratio
from pipeline.signals.interval import TwoByTwo

checked = settings(deadline=None, max_examples=80)

cell = st.one_of(st.integers(0, 5), st.integers(0, 3000), st.integers(0, 20_000_000))
filled = st.one_of(st.integers(1, 5), st.integers(1, 3000), st.integers(1, 20_000_000))
table = st.tuples(cell, cell, cell, cell)
full_table = st.tuples(filled, filled, filled, filled)


def columns(rows):
    return [np.array(column, dtype=float) for column in zip(*rows, strict=True)]


def one(found):
    return [float(column[0]) for column in found]


@checked
@given(table)
def test_drug_and_event_may_be_exchanged(cells):
    a, b, c, d = columns([cells])
    for measure in (exact_reporting_odds_ratio, fisher_exact):
        np.testing.assert_allclose(one(measure(a, b, c, d)), one(measure(a, c, b, d)), rtol=1e-8)


@checked
@given(full_table)
def test_exchanging_the_two_groups_inverts_the_ratio_and_its_bounds(cells):
    a, b, c, d = columns([cells])
    estimate, low, high, _ = one(exact_reporting_odds_ratio(a, b, c, d))
    turned = one(exact_reporting_odds_ratio(c, d, a, b))
    np.testing.assert_allclose(turned[:3], [1 / estimate, 1 / high, 1 / low], rtol=1e-8)


@checked
@given(full_table)
def test_estimate_lies_within_its_bounds_and_between_one_and_the_plain_ratio(cells):
    estimate, low, high, _ = one(exact_reporting_odds_ratio(*columns([cells])))
    plain = one(reporting_odds_ratio(*columns([cells])))[0]
    assert low < estimate < high
    assert abs(math.log(estimate)) <= abs(math.log(plain)) + 1e-9
    assert math.log(estimate) * math.log(plain) >= -1e-12


@checked
@given(st.tuples(*[st.integers(2_000, 2_000_000)] * 4))
def test_with_many_cases_everywhere_exact_and_plain_meet(cells):
    exact, plain = (one(call(*columns([cells])))[:3] for call in (exact_reporting_odds_ratio, reporting_odds_ratio))
    width = math.log(plain[2] / plain[1])
    np.testing.assert_allclose(np.log(exact), np.log(plain), atol=0.02 * width)


@checked
@given(table)
def test_a_zero_cell_or_empty_margin_is_told_as_by_the_plain_ratio(cells):
    if 0 not in cells:
        return
    exact, plain = (one(call(*columns([cells]))) for call in (exact_reporting_odds_ratio, reporting_odds_ratio))
    np.testing.assert_array_equal(exact, plain)


@checked
@given(table)
def test_fisher_of_more_and_of_fewer_cases_add_up(cells):
    a, b, c, d = columns([cells])
    more, fewer = fisher_exact(a, b, c, d), fisher_exact(b, a, d, c)
    if np.isnan(more.mid[0]):
        assert 0 in (a + b, c + d, a + c, b + d)
        return
    assert 0 <= more.mid[0] <= more.upper[0] <= 1
    seen = math.exp(log_weight(TwoByTwo(a, b, c, d))[0])
    np.testing.assert_allclose(more.mid[0] + fewer.mid[0], 1, atol=1e-9)
    np.testing.assert_allclose(more.upper[0] + fewer.upper[0], 1 + seen, atol=1e-9)


@checked
@given(table)
def test_two_sided_holds_at_least_the_smaller_side(cells):
    a, b, c, d = columns([cells])
    two = fisher_two_sided(a, b, c, d)[0]
    if not math.isnan(two):
        assert two >= min(fisher_exact(a, b, c, d).upper[0], fisher_exact(b, a, d, c).upper[0]) * (1 - 1e-9)


@checked
@given(full_table)
def test_one_more_case_of_the_pair_raises_the_ratio_and_lowers_the_p(cells):
    a, b, c, d = cells
    rows = columns([cells, (a + 1, b, c, d)])
    exact, fisher = exact_reporting_odds_ratio(*rows), fisher_exact(*rows)
    for column in exact[:3]:
        assert column[1] > column[0] * (1 - 1e-9)
    assert fisher.mid[1] <= fisher.mid[0] * (1 + 1e-9)


@settings(deadline=None, max_examples=25)
@given(st.lists(table, min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_order_repetition_and_split_of_the_pairs_do_not_matter(rows, random):
    order = [random.randrange(len(rows)) for _ in range(2 * len(rows))]
    for measure in (exact_reporting_odds_ratio, fisher_exact):
        whole = np.array([np.asarray(column, float) for column in measure(*columns(rows))])
        mixed = np.array([np.asarray(column, float) for column in measure(*columns([rows[at] for at in order]))])
        alone = np.hstack(
            [np.array([np.asarray(column, float) for column in measure(*columns([row]))]) for row in rows]
        )
        np.testing.assert_allclose(mixed, whole[:, order], rtol=1e-9, atol=1e-300)
        np.testing.assert_allclose(alone, whole, rtol=1e-9, atol=1e-300)


def test_no_tables_have_no_answers():
    assert all(
        column.shape == (0,) for column in (*exact_reporting_odds_ratio([], [], [], []), *fisher_exact([], [], [], []))
    )
    assert fisher_two_sided([], [], [], []).shape == (0,)

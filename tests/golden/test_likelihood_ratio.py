"""The likelihood-ratio test against pvLRT 0.5.1 on its 46 statin events."""

import csv

import numpy as np
import pytest
from scipy import stats

from pipeline.signals.likelihoodratio import (
    likelihood_ratios,
    log_likelihood_ratio,
    simulated_maxima,
    simulated_p,
    structural_zeros,
    zero_inflation,
)

# pvLRT stops its search for the share of structural zeros early; ours lies above it in likelihood.
SEARCH_ERROR = 3e-5
# pvLRT estimates expected counts again in each simulated table; its p and ours differ by this at most, at p near 0.8.
P_APART = 0.03


@pytest.fixture(scope="module")
def statins(shared):
    with (shared / "oracle" / "data_statin46_matrix.csv").open() as file:
        head, *rows = csv.reader(file)
    counts = np.array([[float(value) for value in row[1:]] for row in rows])
    expected = np.outer(counts.sum(1), counts.sum(0)) / counts.sum()
    return [row[0] for row in rows], head[1:], counts, expected


def read_pairs(shared, model):
    with (shared / "oracle" / f"lrt_pvLRT_statin46_{model}_rrr.csv").open() as file:
        return [row for row in csv.DictReader(file) if row["p_value"]]


def zeros_of(counts, expected, model):
    return structural_zeros(counts, expected, zero_inflation(counts, expected)) if model == "zip" else None


@pytest.mark.parametrize("model", ["poisson", "zip"])
def test_statistic_agrees_on_every_pair(shared, statins, model):
    events, drugs, counts, expected = statins
    pairs = read_pairs(shared, model)
    at = [(events.index(row["event"]), drugs.index(row["drug"])) for row in pairs]
    assert len(at) == 6 * 47
    ours = log_likelihood_ratio([counts[place] for place in at], [expected[place] for place in at])
    np.testing.assert_allclose(ours, [float(row["lrstat"]) for row in pairs], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("model", ["poisson", "zip"])
def test_p_by_the_maximum_over_the_whole_table_agrees_roughly(shared, statins, model):
    events, drugs, counts, expected = statins
    maxima = np.max(
        [
            simulated_maxima(
                expected[:, at], zeros=zeros_of(counts[:, at], expected[:, at], model), draws=9999, seed=(7, at)
            ).inflated
            for at in range(6)
        ],
        axis=0,
    )
    for row in read_pairs(shared, model):
        place = events.index(row["event"]), drugs.index(row["drug"])
        (ours,) = simulated_p(log_likelihood_ratio([counts[place]], [expected[place]]), maxima)
        theirs = float(row["p_value"])
        assert abs(ours - theirs) < P_APART * theirs + 4 * np.sqrt(2 * theirs * (1 - theirs) / 1e4) + 1e-4


def test_share_of_structural_zeros_is_the_maximum_that_the_reference_stops_short_of(shared, statins):
    _, drugs, counts, expected = statins
    with (shared / "oracle" / "lrt_pvLRT_statin46_zip_rrr_omega.csv").open() as file:
        reference = {row["drug"]: float(row["omega"]) for row in csv.DictReader(file)}
    for at, drug in enumerate(drugs):
        n, e = counts[:, at], expected[:, at]
        ours = zero_inflation(n, e)
        assert abs(ours - reference[drug]) < SEARCH_ERROR
        assert inflated(ours, n, e) >= inflated(reference[drug], n, e)


def inflated(share, n, e):
    """Log-likelihood of the zero-inflated counts at λ = max(1, n/E)."""
    density = (1 - share) * stats.poisson.pmf(n, np.maximum(n, e)) + share * (n == 0)
    return float(np.sum(np.log(density)))


def exact_p(level, expected, zeros=0.0):
    """Of the largest of independent statistics, each empty so often: one less the product of their distributions."""
    mean = np.asarray(expected)[:, None]
    counts = np.floor(mean) + 1 + np.arange(400.0)
    reached = counts * np.log(counts / mean) - (counts - mean) >= level
    least = np.take_along_axis(counts, reached.argmax(axis=1)[:, None], axis=1)
    reach = stats.poisson.sf(least - 1, mean)[:, 0] * (1 - np.asarray(zeros))
    return float(-np.expm1(np.sum(np.log1p(-reach))))


@pytest.mark.parametrize("share", [0.0, 0.4, 0.97])
def test_simulated_p_is_that_of_the_exact_distribution_of_the_maximum(share):
    generator = np.random.Generator(np.random.PCG64(3))
    expected = np.exp(generator.normal(-1, 2, 300))
    zeros = structural_zeros(generator.poisson(expected), expected, share)
    maxima = simulated_maxima(expected, zeros=zeros, draws=20_000)
    for level in (2.5, 4.0, 6.0, 8.0):
        for simulated, empty in zip(maxima, (0.0, zeros), strict=True):
            exact = exact_p(level, expected, empty)
            assert float(simulated_p(level, simulated)) == pytest.approx(exact, abs=4 * np.sqrt(exact / 20_000) + 1e-4)


@pytest.mark.parametrize("expected", [[0.3], [0.2, 1.7, 40.0], [1e-3] * 5])
def test_few_cells_are_simulated_exactly_too(expected):
    zeros = np.linspace(0.0, 0.9, len(expected))
    maxima = simulated_maxima(expected, zeros=zeros, draws=20_000)
    for level in (0.05, 0.5, 1.5):
        for simulated, empty in zip(maxima, (0.0, zeros), strict=True):
            exact = exact_p(level, expected, empty)
            assert float(simulated_p(level, simulated)) == pytest.approx(exact, abs=4 * np.sqrt(exact / 20_000) + 1e-4)


def test_simulation_is_repeated_by_its_seed_and_by_nothing_else():
    first, again, other = (simulated_maxima([0.4, 2.0, 9.0], seed=seed).poisson for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_pair_that_cannot_occur_never_has_the_largest_statistic():
    found = simulated_maxima([0.5, 3.0], zeros=[1.0, 1.0])
    assert (found.inflated == 0).all()
    assert (found.poisson > 0).any()


def test_zero_inflation_leaves_the_poisson_maxima_as_they_were_and_lowers_the_other():
    expected = np.full(60, 0.7)
    plain, inflated = simulated_maxima(expected, zeros=np.full(60, 0.5))
    np.testing.assert_array_equal(plain, simulated_maxima(expected).poisson)
    assert (inflated <= plain).all()
    assert (inflated < plain).any()


def test_both_tests_rest_on_the_same_tables_and_are_one_where_every_pair_can_occur():
    found = likelihood_ratios([3.0, 1.0, 2.0], [0.5, 1.0, 2.0])
    assert found.zero_share == 0.0
    np.testing.assert_array_equal(found.p, found.inflated_p)


def test_pairs_that_are_empty_too_often_make_the_strongest_of_the_others_rarer_by_chance():
    observed, expected = np.append(np.zeros(40), [6.0, 3.0]), np.append(np.full(40, 2.0), [2.0, 2.0])
    found = likelihood_ratios(observed, expected)
    assert found.zero_share == pytest.approx((40 - 42 * np.exp(-2)) / (42 * (1 - np.exp(-2))), abs=1e-12)
    assert found.inflated_p[40] < found.p[40]


def test_a_list_of_independent_counts_is_called_in_one_of_twenty():
    generator = np.random.Generator(np.random.PCG64(11))
    expected = np.exp(generator.normal(-1, 1.5, 60))
    maxima = simulated_maxima(expected).poisson
    counts = generator.poisson(expected, size=(2000, 60))
    largest = [float(log_likelihood_ratio(row, expected).max()) for row in counts]
    called = np.mean(simulated_p(largest, maxima) <= 0.05)
    assert 0.02 < called < 0.08


def test_a_list_of_which_half_cannot_occur_is_called_in_one_of_twenty_and_by_poisson_in_fewer():
    generator = np.random.Generator(np.random.PCG64(12))
    expected = np.exp(generator.normal(0, 1.5, 60))
    counts = generator.poisson(expected, size=(400, 60)) * (generator.random((400, 60)) < 0.5)
    found = [likelihood_ratios(row, expected) for row in counts]
    inflated, poisson = (
        np.mean([min(p) <= 0.05 for p in ps]) for ps in zip(*((f.inflated_p, f.p) for f in found), strict=True)
    )
    assert poisson < inflated
    assert 0.02 < inflated < 0.08
    assert np.median([one.zero_share for one in found]) == pytest.approx(0.5, abs=0.1)


def test_zero_inflation_of_a_drug_without_a_case_is_not_known():
    assert np.isnan(zero_inflation([0, 0], [1.0, 2.0]))
    found = likelihood_ratios([0, 0], [1.0, 2.0])
    assert np.isnan(found.zero_share)
    assert np.isnan(found.inflated_p).all()
    np.testing.assert_array_equal(found.p, [1.0, 1.0])


def test_no_cells_have_no_statistic_and_the_least_maximum():
    found = likelihood_ratios([], [])
    assert found.statistic.shape == found.p.shape == found.inflated_p.shape == (0,)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: simulated_maxima([1.0], zeros=[1.5]), r"zeros\[0\] is 1.5: a share cannot be above 1"),
        (lambda: simulated_maxima([-1.0]), r"expected\[0\] is -1.0"),
        (lambda: structural_zeros([0], [1.0], 1.0), "share is 1.0"),
        (lambda: log_likelihood_ratio([2], [0]), r"expected\[0\] is 0 beside 2 observed"),
    ],
)
def test_input_that_cannot_be_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()

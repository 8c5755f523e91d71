"""Estimators of the followed cohort against R's survival, cmprsk, etm and epitools."""

import csv

import numpy as np
import pytest

from pipeline.study.comparison import gray, log_rank
from pipeline.study.competing import cumulative_incidence
from pipeline.study.completeness import clark_c, potential_time
from pipeline.study.followed import followed, risk_table
from pipeline.study.poisson import count_bounds, incidence_rate, rate_ratio, standardised_ratio
from pipeline.study.survival import cumulative_hazard, kaplan_meier, quantile, restricted_mean

SCALES = ("log-log", "log", "plain")
STRATA = {
    "lung": ("lung", None, "time", "status", 1),
    "lung_by_sex": ("lung", "sex", "time", "status", 1),
    "veteran_by_trt": ("veteran", "trt", "time", "status", 0),
    "mgus2_death": ("mgus2", "sex", "futime", "death", 0),
}
CAUSES = {"censor": 0, "pcm": 1, "death": 2}


@pytest.fixture(scope="module")
def oracle(shared):
    """Rows of a reference file, read once."""
    held = {}

    def rows(name):
        if name not in held:
            with (shared / "oracle" / f"{name}.csv").open() as file:
                held[name] = list(csv.DictReader(file))
        return held[name]

    return rows


def numbers(rows, key):
    return np.array([float(row[key]) if row[key] not in ("", "NA") else np.nan for row in rows])


def persons(rows, time, status, offset=0):
    return followed(numbers(rows, time), numbers(rows, status) - offset)


def stratum(oracle, dataset, name):
    """The persons of one stratum, and the longest time of the whole dataset."""
    source, key, time, status, offset = STRATA[dataset]
    every = oracle(f"data_{source}")
    rows = [row for row in every if key is None or f"{key}={row[key]}" == name]
    return persons(rows, time, status, offset), numbers(every, time).max()


def is_equal(ours, theirs, tolerance):
    """Whether they are as close as that wherever the reference has a number, and have a number in the same places."""
    known = np.isfinite(theirs)
    alike = np.allclose(np.asarray(ours)[known], np.asarray(theirs)[known], rtol=tolerance, atol=1e-300)
    return alike and np.array_equal(np.isfinite(ours), known)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("dataset", STRATA)
def test_kaplan_meier_equals_survfit(oracle, dataset, scale):
    known = [row for row in oracle("surv_km") if row["dataset"] == dataset and row["conf_type"] == scale]
    for name in {row["stratum"] for row in known}:
        rows = [row for row in known if row["stratum"] == name]
        table = risk_table(stratum(oracle, dataset, name)[0])
        curve = kaplan_meier(table, scale)
        np.testing.assert_array_equal(table.time, numbers(rows, "time"))
        np.testing.assert_array_equal(table.n_risk, numbers(rows, "n_risk"))
        assert is_equal(curve.estimate, numbers(rows, "surv"), 1e-12)
        some = curve.estimate > 0  # the reference has no error where nobody is left; ours is 0
        assert is_equal(curve.standard_error[some], numbers(rows, "greenwood_se")[some], 1e-12)
        assert is_equal(curve.low, numbers(rows, "lower"), 1e-12)
        assert is_equal(curve.high, numbers(rows, "upper"), 1e-12)
        for ours, theirs in zip(cumulative_hazard(table), ("cumhaz_NA", "se_cumhaz"), strict=True):
            assert is_equal(ours, numbers(rows, theirs), 1e-12)


def test_quantiles_equal_survfit(oracle):
    for row in oracle("surv_km_quantiles"):
        curve = kaplan_meier(risk_table(stratum(oracle, row["dataset"], row["stratum"])[0]), row["conf_type"])
        for percent in (25, 50, 75):
            names = (f"q{percent}", f"q{percent}_lo", f"q{percent}_hi")
            expected = [numbers([row], name)[0] for name in names]
            np.testing.assert_array_equal(quantile(curve, percent / 100), expected)


def test_restricted_means_equal_survfit(oracle):
    for row in oracle("surv_km_rmean"):
        if row["dataset"] in STRATA:
            group, longest = stratum(oracle, row["dataset"], row["stratum"])
            found = restricted_mean(risk_table(group), longest)
            np.testing.assert_allclose(found, [float(row["rmean"]), float(row["se(rmean)"])], rtol=1e-12)


def plasma_cell(oracle, sex=None):
    rows = [row for row in oracle("data_mgus2") if sex in (None, row["sex"])]
    return followed(numbers(rows, "etime"), [CAUSES[row["event"]] for row in rows])


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("name", "sex"), [("all", None), ("sex=F", "F"), ("sex=M", "M")])
@pytest.mark.parametrize(("state", "cause"), [("pcm", 1), ("death", 2)])
def test_the_jackknife_of_the_incidence_equals_survfit(oracle, scale, name, sex, state, cause):
    keys = {"stratum": name, "state": state, "conf_type": scale}
    rows = [row for row in oracle("surv_aalen_johansen") if keys.items() <= row.items()]
    curve = cumulative_incidence(plasma_cell(oracle, sex), cause, "jackknife", scale)
    begun = curve.estimate > 0  # before the first event the reference prints bounds of 0 or none, by the scale
    assert begun.sum() > 100
    assert is_equal(curve.estimate, numbers(rows, "pstate"), 1e-12)
    assert is_equal(curve.standard_error, numbers(rows, "std_err_IJ"), 1e-10)
    assert is_equal(curve.low[begun], numbers(rows, "lower")[begun], 1e-10)
    assert is_equal(curve.high[begun], numbers(rows, "upper")[begun], 1e-10)


def test_the_aalen_variance_of_the_incidence_equals_cmprsk(oracle):
    assert oracle("surv_cmprsk_timepoints")
    for row in oracle("surv_cmprsk_timepoints"):
        sex, cause = row["curve"].split()
        curve = cumulative_incidence(plasma_cell(oracle, None if sex == "1" else sex), int(cause), "aalen")
        for time in ("12", "60", "120", "240"):
            at = np.searchsorted(curve.time, float(time), side="right") - 1
            assert curve.estimate[at] == pytest.approx(float(row[time]), rel=1e-12)
            assert curve.standard_error[at] ** 2 == pytest.approx(float(row[f"var.{time}"]), rel=1e-10)


def test_the_greenwood_variance_of_the_incidence_equals_etm(oracle):
    known = oracle("surv_etm_mgus2_by_sex")
    for sex in ("F", "M"):
        for cause in (1, 2):
            rows = [row for row in known if row["group"] == f"sex={sex}" and row["trans"] == f"CIF {cause}"]
            curve = cumulative_incidence(plasma_cell(oracle, sex), cause, "greenwood")
            at = np.searchsorted(curve.time, numbers(rows, "time"))
            assert at.size > 100
            assert is_equal(curve.estimate[at], numbers(rows, "P"), 1e-12)
            assert is_equal(curve.standard_error[at] ** 2, numbers(rows, "var"), 1e-10)


GROUPED = {
    "lung~sex": ("lung", "sex", ("1", "2"), "time", "status", 1),
    "veteran~trt": ("veteran", "trt", ("1", "2"), "time", "status", 0),
    "veteran~celltype": ("veteran", "celltype", ("squamous", "smallcell", "adeno", "large"), "time", "status", 0),
    "mgus2 death~sex": ("mgus2", "sex", ("F", "M"), "futime", "death", 0),
}


def test_log_rank_and_its_weighted_kin_equal_survdiff(oracle):
    for row in oracle("surv_logrank"):
        source, key, levels, *columns = GROUPED[row["test"]]
        groups = [persons([r for r in oracle(f"data_{source}") if r[key] == level], *columns) for level in levels]
        found = log_rank(groups, float(row["rho"]))
        assert found.degrees_of_freedom == int(row["df"])
        np.testing.assert_allclose([found.chi2, found.p], [float(row["chisq"]), float(row["p"])], rtol=1e-8)
        np.testing.assert_allclose(found.observed, [float(x) for x in row["obs"].split("|")], rtol=1e-12)
        np.testing.assert_allclose(found.expected, [float(x) for x in row["exp"].split("|")], rtol=1e-12)


def test_grays_test_equals_cmprsk(oracle):
    groups = [plasma_cell(oracle, sex) for sex in ("F", "M")]
    for row in oracle("surv_gray_test"):
        found = gray(groups, int(row["cause"]))
        assert found.degrees_of_freedom == int(row["df"])
        np.testing.assert_allclose([found.chi2, found.p], [float(row["stat"]), float(row["pv"])], rtol=1e-8)


def test_exact_and_mid_p_bounds_of_a_count(oracle):
    for row in oracle("poisson_exact_ci"):
        count, confidence = [int(row["x"])], float(row["conf"])
        for method, name, tolerance in (("garwood", "poisson_test", 1e-8), ("mid-p", "midp", 1e-8)):
            found = count_bounds(count, method, confidence)
            expected = [float(row[f"{name}_{side}"]) for side in ("lo", "hi")]
            np.testing.assert_allclose(
                [found.low[0], found.high[0]], expected, rtol=tolerance, err_msg=f"{method} {row}"
            )


def test_incidence_rates(oracle):
    for row in oracle("poisson_rate_ci"):
        found = incidence_rate([int(row["events"])], [float(row["person_time"])])
        np.testing.assert_allclose(np.ravel(found), [float(row[name]) for name in ("rate", "lo", "hi")], rtol=1e-8)


def test_exact_rate_ratios(oracle):
    for row in oracle("poisson_rate_ratio_exact"):
        found = rate_ratio(int(row["x1"]), float(row["t1"]), int(row["x2"]), float(row["t2"]))
        np.testing.assert_allclose(found, [float(row[name]) for name in ("ratio", "lo", "hi", "p")], rtol=1e-8)


def test_exact_standardised_ratios(oracle):
    for row in oracle("sir_exact"):
        found = standardised_ratio([int(row["O"])], [float(row["E"])])
        expected = [float(row[name]) for name in ("SIR", "lo_exact", "hi_exact")]
        np.testing.assert_allclose(np.ravel(found), expected, rtol=1e-8)


def test_completeness_equals_its_definition(oracle):
    rows, (known,) = oracle("data_clarkC"), oracle("clarkC_result")
    observed = numbers(rows, "obs_time")
    due = potential_time(observed, numbers(rows, "cutoff") - numbers(rows, "entry"), numbers(rows, "died"))
    found = clark_c(observed, due)
    assert (found.observed, found.due) == (float(known["numerator"]), float(known["denominator"]))
    np.testing.assert_allclose(100 * found.share, float(known["clark_C_pct"]), rtol=1e-10)
    reverse = followed(observed, 1 - numbers(rows, "died"))
    expected = [float(known[name]) for name in ("reverseKM_median", "rkm_lo", "rkm_hi")]
    np.testing.assert_array_equal(quantile(kaplan_meier(risk_table(reverse), "log"), 0.5), expected)

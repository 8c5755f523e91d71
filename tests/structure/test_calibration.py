"""The rule of the report is the one the benchmark chose, and what is shipped about it is what was measured."""

import json
from pathlib import Path

import numpy as np

from benchmarks.operating_rules import evidence, rule
from benchmarks.operating_tables import CALIBRATION, calibration
from pipeline.report.wording import LIMITS, refuse_in_text
from pipeline.signals.calibration import calibration as shipped
from pipeline.signals.calibration import calibration_sentence
from pipeline.signals.conditional import fisher_exact
from pipeline.signals.multiplicity import benjamini_hochberg
from pipeline.signals.prior import Prior
from pipeline.signals.scoring import RULE_TEXT, is_signal

ROOT = Path(__file__).resolve().parents[2]
RECORD = json.loads((ROOT / "benchmarks" / "results.json").read_text(encoding="utf-8"))["operating"]
PRIOR = Prior(0.28, 0.037, 0.675, 1.02, 0.077, 0.0, (), 0.0)


def test_the_shipped_calibration_is_the_committed_record():
    assert json.loads(CALIBRATION.read_text(encoding="utf-8")) == calibration(RECORD)


def test_the_text_of_the_rule_names_the_chosen_rule_and_its_calibration():
    assert (
        f"{shipped().rule} (chosen on simulated series, see operating characteristics {shipped().version})" == RULE_TEXT
    )


def test_the_rule_that_runs_is_the_one_that_was_simulated():
    a = np.repeat(np.arange(1.0, 60.0), 40)
    n_drug = np.tile(np.geomspace(5.0, 50_000.0, 40), 59).round()
    known = evidence(np.minimum(a, n_drug), n_drug, np.full(a.shape, 400.0), 1e6, PRIOR)
    fires = rule(RECORD["chosen"]).fires(known)
    q = benjamini_hochberg(fisher_exact(*known.cells).mid)
    np.testing.assert_array_equal(fires, is_signal(q))
    assert 0 < fires.sum() < fires.size


def test_the_report_says_what_is_known_of_the_rule():
    assert calibration_sentence() in LIMITS
    refuse_in_text(calibration_sentence())
    assert shipped().in_small_families > shipped().false_positives
    for figure in (
        shipped().false_positives,
        shipped().in_small_families,
        100 * shipped().found_twice,
        100 * shipped().found_four_times,
    ):
        assert f"{figure:.2g}" in calibration_sentence()


def test_the_readme_points_at_the_operating_characteristics():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "docs/operating.md" in readme
    assert "uncalibrated" not in readme

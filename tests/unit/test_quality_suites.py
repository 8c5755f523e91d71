"""Great Expectations judges small frames by the rendered suites, and is not imported before it has to be."""

import json
import subprocess
import sys

import pytest

from pipeline.quality.rule import Rule
from pipeline.quality.suites import _rendered, judge

RULES = [
    Rule("columns", "t", "critical", "columns", "Note.", values=("a", "b")),
    Rule("role_codes", "t", "warning", "codes", "Note.", "role", ("PS", "SS")),
    Rule("orphan", "t", "warning", "rows", "Note.", "orphan"),
    Rule("empty_share", "t", "critical", "share", "Note.", "empty_pt", most=0.01, from_rows=100),
    Rule("row_count", "t", "warning", "median", "Note.", least=0.5, most=2.0),
    Rule("early", "t", "info", "rows", "Note.", "early", last_quarter="2024Q3"),
]
CLEAN = {
    "columns": ["a", "b"],
    "role_codes": ["PS"],
    "orphan": [0.0],
    "empty_share": [0.01],
    "row_count": [0.5],
    "early": [0.0],
}


def verdicts(**changed):
    asked = {rule: values for rule, values in (CLEAN | changed).items() if values is not None}
    return {each.rule: each for each in judge({"t": _rendered("t", RULES)}, {"t": asked})["t"]}


def test_a_clean_frame_holds_every_rule():
    assert all(each.passed and each.raised is None for each in verdicts().values())


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("columns", ["a"]),
        ("columns", ["a", "b", "c"]),
        ("columns", ["no such table"]),
        ("role_codes", ["PS", "ZZ"]),
        ("orphan", [1.0]),
        ("empty_share", [0.0101]),
        ("row_count", [0.49]),
        ("row_count", [2.01]),
        ("early", [1.0]),
        ("orphan", []),  # a limit that always holds must be measured
        ("empty_share", []),
    ],
)
def test_a_value_beyond_the_limit_breaks_only_its_rule(rule, values):
    broken = {each.rule for each in verdicts(**{rule: values}).values() if not each.passed}
    assert broken == {rule}


@pytest.mark.parametrize("rule", ["role_codes", "row_count", "early"])
def test_a_rule_with_nothing_to_judge_holds(rule):
    assert verdicts(**{rule: []})[rule].passed


@pytest.mark.parametrize("rule", list(CLEAN))
def test_a_rule_whose_column_is_missing_raises(rule):
    found = verdicts(**{rule: None})
    assert not found[rule].passed
    assert rule in found[rule].raised
    assert [each.rule for each in found.values() if each.raised] == [rule]


def test_severity_threshold_and_note_come_from_the_suite():
    document = json.loads(_rendered("t", RULES))
    said = {item["meta"]["rule"]: (item["severity"], item["meta"]["threshold"]) for item in document["expectations"]}
    assert said == {each.rule: (each.severity, each.threshold) for each in verdicts().values()}
    assert said["empty_share"] == (
        "critical",
        "at most 1 % of rows; fewer than 100 rows are judged only when it is all of them",
    )
    assert said["early"] == ("info", "no row, until 2024Q3")


def test_the_gate_is_imported_without_great_expectations_or_pandas():
    code = "import sys, pipeline.quality.gate as g; sys.exit(bool({'great_expectations', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_great_expectations_imports_in_silence():
    code = "from pipeline.quality.suites import load_great_expectations as load; load()"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("", "")

"""What a rule counts and what its expectation is asked, from findings written by hand."""

import pytest

from pipeline.quality.findings import Findings, Violations
from pipeline.quality.measures import measure, raised_by
from pipeline.quality.rule import Rule

SHARE = Rule("empty", "case_reaction", "critical", "share", "Note.", "empty_pt", most=0.01, from_rows=100)
CODES = Rule("role", "raw_drug", "warning", "codes", "Note.", "role_cod", ("PS", "SS"))
VALUES = Rule("source", "raw_drug", "critical", "values", "Note.", "source", ("aers",))
MEDIAN = Rule("row_count", "raw_demo", "warning", "median", "Note.", least=0.5, most=2.0)
COLUMNS = Rule("columns", "raw_demo", "critical", "columns", "Note.", values=("a", "b"))


def findings(**given):
    return Findings("2023Q1", given.pop("earlier_counts", {}), **given)


@pytest.mark.parametrize(
    ("n_rows", "n_violating", "asked"),
    [
        (100, 2, 0.02),  # judged from a hundred rows on
        (99, 98, 0.0),  # fewer rows are not judged by a share
        (99, 99, 1.0),  # unless every one of them breaks the rule
        (1, 1, 1.0),
        (0, 0, 0.0),
        (1000, 0, 0.0),
    ],
)
def test_a_share_is_judged_from_enough_rows_or_when_it_is_all_of_them(n_rows, n_violating, asked):
    broken = (
        {("empty_pt", "case_reaction"): Violations(n_violating, 1, (("empty", n_violating),))} if n_violating else {}
    )
    found = measure(SHARE, findings(n_rows={"case_reaction": n_rows}, violations=broken))
    assert (found.n_checked, found.n_violating, found.asked) == (n_rows, n_violating, [asked])


def test_a_share_of_records_counts_the_records_read_not_the_rows_kept():
    rule = Rule("rejected", "raw_drug", "warning", "share", "Note.", "rejected_line", most=0.001, of="records")
    broken = {("rejected_line", "raw_drug"): Violations(5, 1, (("ragged", 5),))}
    found = measure(rule, findings(n_rows={"raw_drug": 15}, n_records={"raw_drug": 20}, violations=broken))
    assert (found.n_checked, found.asked) == (20, [0.25])


def test_published_codes_are_compared_in_capitals_and_ours_to_the_letter():
    codes = {("raw_drug", "role_cod"): {"PS": 5, " ps": 2, " ": 1, "zz": 3}, ("raw_drug", "source"): {"AERS": 4}}
    role, source = (measure(rule, findings(codes=codes)) for rule in (CODES, VALUES))
    assert (role.n_checked, role.n_violating, role.asked, role.found) == (11, 3, ["PS", "ZZ"], "'zz' (3)")
    assert (source.n_violating, source.asked) == (4, ["AERS"])


@pytest.mark.parametrize(
    ("earlier", "asked", "n_violating"),
    [
        ([100] * 4, [0.5], 0),
        ([101] * 4, [50 / 101], 1),
        ([25] * 4, [2.0], 0),
        ([24] * 4, [50 / 24], 1),
        ([1] * 3 + [50] * 8, [1.0], 0),  # only the last eight count
        ([50] * 3, [], 0),
        ([0] * 4, [], 0),
    ],
)
def test_a_row_count_is_compared_with_the_median_of_four_to_eight_quarters(earlier, asked, n_violating):
    found = measure(MEDIAN, findings(n_rows={"raw_demo": 50}, earlier_counts={"raw_demo": earlier}))
    assert (found.asked, found.n_violating) == (asked, n_violating)


def test_missing_and_unknown_columns_are_both_told():
    found = measure(COLUMNS, findings(columns={"raw_demo": ["b", "c"]}))
    assert (found.n_checked, found.n_violating, found.found) == (2, 2, "missing: a; unknown: c")


def test_a_rule_is_not_judged_outside_its_quarters():
    rule = Rule("seq", "case_drug", "info", "rows", "Note.", "repeated_drug_seq", first_quarter="2024Q4")
    found = measure(rule, findings())
    assert (found.n_checked, found.asked) == (0, [])
    assert found.found == "not judged in 2023Q1: holds since 2024Q4"


def test_every_reason_not_named_is_announced():
    broken = {("empty_pt", "case_reaction"): Violations(9, 3, (("one", 5), ("two", 3)))}
    found = measure(SHARE, findings(n_rows={"case_reaction": 200}, violations=broken))
    assert found.found == "one (5); two (3); and 1 more reasons"


@pytest.mark.parametrize(
    ("rule", "name", "is_raised"),
    [
        (SHARE, "empty_pt", True),
        (SHARE, "case_reaction", True),
        (SHARE, "source_file", False),
        (CODES, "raw_drug.role_cod", True),
        (CODES, "raw_drug.source", False),
        (COLUMNS, "raw_demo", False),
    ],
)
def test_a_rule_raises_when_what_it_needs_could_not_be_gathered(rule, name, is_raised):
    error = raised_by(rule, findings(raised={name: "no such table"}))
    assert error == ("no such table" if is_raised else None)


def test_gathering_keeps_the_error_it_met():
    kept = findings()
    kept.attempt("fine", lambda: None)
    kept.attempt("bad", lambda: {}["orphan"])
    assert kept.raised == {"bad": "KeyError: 'orphan'"}

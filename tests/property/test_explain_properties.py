"""Whatever happens to reports, the parts add up and every changed case has one reason."""

import dataclasses
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cases.explanationparts import CELLS, REASONS, Part, check_sum, unlisted_parts
from pipeline.errors import CartwatchError

sys.path.insert(0, str(Path(__file__).parents[1] / "spec"))
from histories import CRS, explained, side

QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3")
DRUGS = (("KYMRIAH", "PS"), ("KYMRIAH", "C"), ("YESCARTA", "SS"), ("ASPIRIN", "PS"))
TERMS = ("Cytokine release syndrome", "Nausea", "Diffuse large B-cell lymphoma")
INDICATIONS = ("DIFFUSE LARGE B-CELL LYMPHOMA", "PLASMA CELL MYELOMA", "HEADACHE")
QUESTIONS = (
    CRS,
    dataclasses.replace(CRS, event="spm_any"),
    dataclasses.replace(CRS, comparator="haem_onc"),
    dataclasses.replace(CRS, event="death", comparator="non_car_t_adults"),
    dataclasses.replace(CRS, product="any_car_t", comparator="haem_onc_without_imids"),
)
DAYS = ("2010-01-01", "2022-05-01", None)
CASES = (100, 200, 300, 400)

versions = st.fixed_dictionaries(
    {
        "case": st.sampled_from(CASES),
        "version": st.integers(1, 3),
        "quarter": st.sampled_from(QUARTERS),
        "drugs": st.sets(st.sampled_from(DRUGS), min_size=1, max_size=2),
        "terms": st.sets(st.sampled_from(TERMS), min_size=1, max_size=2),
        "day": st.sampled_from(DAYS),
        "age": st.sampled_from((17, 18, None)),
        "indications": st.sets(st.tuples(st.integers(1, 3), st.sampled_from(INDICATIONS)), max_size=2),
        "is_fatal": st.booleans(),
    }
)
reports = st.lists(versions, max_size=8, unique_by=lambda row: (row["case"], row["version"], row["quarter"]))
listings = st.lists(st.tuples(st.sampled_from(QUARTERS), st.sampled_from(CASES)), max_size=3)
# An example takes a second, and every reason has specs of its own.
few = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
twins = st.dictionaries(st.sampled_from((300, 400)), st.sampled_from((100, 200)), max_size=2)


def drawn(published, listed):
    """Text tables of the versions published and of the deletion lists."""
    tables = {
        "report_version": ["quarter | report_id | case_id | version_number | initial_fda_date | age_years"],
        "case_drug": ["quarter | report_id | drug_seq | drug_name | role_code"],
        "case_reaction": ["quarter | report_id | pt"],
        "case_indication": ["quarter | report_id | drug_seq | indication_pt"],
        "case_outcome": ["quarter | report_id | outcome_code"],
        "withdrawn_case": ["quarter | case_id", *(f"{quarter} | {case}" for quarter, case in listed)],
    }
    for row in published:
        head = f"{row['quarter']} | {row['case'] * 10 + row['version']}"
        tables["report_version"].append(
            f"{head} | {row['case']} | {row['version']} | {row['day'] or '-'} | {row['age'] or '-'}"
        )
        tables["case_drug"] += [
            f"{head} | {turn} | {drug} | {role}" for turn, (drug, role) in enumerate(sorted(row["drugs"]), 1)
        ]
        tables["case_indication"] += [f"{head} | {turn} | {term}" for turn, term in sorted(row["indications"])]
        tables["case_outcome"] += [f"{head} | DE"] if row["is_fatal"] else []
        tables["case_reaction"] += [f"{head} | {term}" for term in sorted(row["terms"])]
    return {name: "\n".join(lines) for name, lines in tables.items()}


@few
@given(reports, listings, twins, reports, twins, st.sampled_from(QUESTIONS))
def test_any_history_of_revisions_withdrawals_merges_and_issues_adds_up(published, listed, then, again, now, question):
    held = drawn(published, listed)
    reissued = drawn([row for row in published if row["quarter"] != "2024Q1"] + _of("2024Q1", again), listed)
    first, parts, last, moves = explained(
        side("2024Q1", held, duplicates=then), side("2024Q3", reissued, {"2024Q1": "second"}, duplicates=now), question
    )
    check_sum(first, parts, last)
    assert {reason for reason, _, _ in moves.values()} <= set(REASONS)
    assert all(before != after for _, before, after in moves.values())
    for cell in CELLS:
        entered = sum(after == cell for _, _, after in moves.values())
        left = sum(before == cell for _, before, _ in moves.values())
        assert last[cell] - first[cell] == entered - left


@few
@given(reports, listings, twins, twins, st.sampled_from(QUARTERS[:3]), st.sampled_from(QUESTIONS))
def test_without_another_issue_nothing_is_restated_whatever_was_loaded_late(
    published, listed, then, now, late, question
):
    held = drawn([row for row in published if row["quarter"] != late], [item for item in listed if item[0] != late])
    first, parts, last, moves = explained(
        side("2024Q2", held, duplicates=then), side("2024Q2", drawn(published, listed), duplicates=now), question
    )
    check_sum(first, parts, last)
    assert "restated" not in {reason for reason, _, _ in moves.values()}


def _of(quarter, published):
    seen = {}
    for row in published:
        seen[row["case"], row["version"]] = row | {"quarter": quarter}
    return list(seen.values())


def test_the_same_data_twice_leaves_nothing_to_explain():
    row = {"case": 100, "version": 1, "quarter": "2024Q1", "drugs": {DRUGS[0]}, "terms": {TERMS[0]}, "day": None}
    held = drawn([row | {"age": None, "indications": set(), "is_fatal": False}], [])
    first, parts, last, moves = explained(side("2024Q1", held), side("2024Q1", held), CRS)
    assert (first, parts, moves) == (last, [], {})


cells = st.fixed_dictionaries({cell: st.integers(0, 50) for cell in CELLS})
listed_parts = st.lists(
    st.builds(Part, st.sampled_from(list(REASONS)), st.sampled_from(CELLS), st.integers(0, 9), st.integers(0, 9)),
    max_size=6,
)


@given(cells, listed_parts, cells)
def test_what_has_no_case_ids_is_exactly_what_is_left_over(start, listed, end):
    rest = unlisted_parts("code", start, listed, end)
    check_sum(start, [*listed, *rest], end)
    assert all(part.change for part in rest)


@given(cells, listed_parts, st.sampled_from(CELLS), st.integers(1, 5))
def test_a_remainder_is_never_hidden(start, listed, cell, more):
    end = {name: start[name] + sum(part.change for part in listed if part.cell == name) for name in CELLS}
    check_sum(start, listed, end)
    with pytest.raises(CartwatchError, match=f"Cell {cell} .* {more} of that change has no reason"):
        check_sum(start, listed, end | {cell: end[cell] + more})

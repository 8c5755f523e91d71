"""The public copy: what is hidden cannot be worked out from what is printed, and no patient is in it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipeline.cohort.suppression import REASON
from pipeline.report.studycells import estimated
from pipeline.report.studyfacts import WHOLE_ONLY
from pipeline.report.studypublic import public_copy
from tests.studyreportrows import estimate, facts, step

GROUPS = ("b_all", "lbcl", "fl")
WINDOWS = ("day_0_28", "day_29_90", "day_91_365")


def tables_of(whole):
    """The tables of the public copy."""
    return public_copy(whole).tables


def characteristics(counts):
    """Rows of the table of patients from counts by level; a level without a patient has no row, as in SQL."""
    rows = [{"level": f"level {at}", "n_patients": n} for at, n in enumerate(counts) if n]
    return [{"characteristic": "prior_lines", "population": "all"} | row for row in rows]


def freedom(cells, equations, hidden, least=0):
    """How far each hidden count may still lie from another value, given all that is printed: most less least."""
    place = {cell: at for at, cell in enumerate(hidden)}
    lines, right = [], []
    for total, parts in equations:
        line, known = np.zeros(len(hidden)), 0.0
        for cell, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
            if cell in place:
                line[place[cell]] += sign
            else:
                known += sign * cells.get(cell, 0)
        if line.any():
            lines.append(line)
            right.append(-known)
    found = {}
    for cell, at in place.items():
        goal = np.zeros(len(hidden))
        goal[at] = 1.0
        ends = [
            linprog(sign * goal, A_eq=np.array(lines) if lines else None, b_eq=right or None, bounds=(least, 10**6)).fun
            * sign
            for sign in (1.0, -1.0)
        ]
        found[cell] = ends[1] - ends[0]
    return found


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=6))
def test_no_hidden_count_of_patients_follows_from_the_others_and_their_sum(counts):
    table = tables_of(facts(characteristic=characteristics(counts)).tables)["characteristic"].to_pylist()
    cells = {row["level"]: row["n_patients"] for row in table}
    shown = {level: n for level, n in cells.items() if n is not None}
    hidden = [level for level in cells if level not in shown]
    assert not [n for n in shown.values() if n < 5]
    assert bool(hidden) == any(0 < n < 5 for n in counts)
    if len(counts) - counts.count(0) > 1 and sum(counts) >= 12:
        equations = [("all", list(cells))]
        assert all(distance >= 3 for distance in freedom(shown | {"all": sum(counts)}, equations, hidden, 1).values())


def test_patients_by_indication_are_the_regulators():
    rows = [{"characteristic": "sex", "level": "F", "population": "indication=fl", "n_patients": 50}]
    assert tables_of(facts(characteristic=rows).tables)["characteristic"].num_rows == 0


def events(counts):
    """First events by window and group, their totals with them: rows of the estimates, both ways to draw bounds."""
    rows = []
    whole = [*zip(GROUPS, counts, strict=True), ("all", [sum(side) for side in zip(*counts, strict=True)])]
    for name, line in whole:
        population = name if name == "all" else f"indication={name}"
        for window, n in [*zip(WINDOWS, line, strict=True), (None, sum(line))]:
            said = {
                "population": population,
                "window": window,
                "event": "crs",
                "n_patients": 400,
                "person_years": 200.0,
            }
            said |= {
                "n_events": n,
                "unit": "per 100 person-years",
                "measure": "incidence_density",
                "low": 0.1,
                "high": 9.0,
            }
            rows += [
                estimate("incidence", "first_event", n / 2, method=method, is_small=0 < n < 5, **said)
                for method in ("garwood", "mid-p")
            ]
    return rows


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 15), min_size=3, max_size=3), min_size=3, max_size=3))
def test_no_hidden_count_of_events_follows_from_windows_groups_and_totals(counts):
    table = tables_of(facts(events(counts)).tables)["estimate"].to_pylist()
    cells = {(row["population"], row["window"]): row["n_events"] for row in table}
    hidden = [cell for cell, n in cells.items() if n is None]
    shown = {cell: n for cell, n in cells.items() if n is not None}
    assert not [cell for cell, n in shown.items() if 0 < n < 5]
    populations = [f"indication={name}" for name in GROUPS]
    equations = [((name, None), [(name, window) for window in WINDOWS]) for name in ("all", *populations)]
    equations += [(("all", window), [(name, window) for name in populations]) for window in (*WINDOWS, None)]
    true = {(row["population"], row["window"]): row["n_events"] for row in events(counts)}
    small = {cell for cell, n in true.items() if 0 < n < 5}
    assert small <= set(hidden)
    assert all(distance >= 1 for cell, distance in freedom(shown, equations, hidden).items() if cell in small)


def milestones(ignored, competes):
    """Two estimands of one event after a year, by group and for all."""
    rows = []
    for estimand, counts in (("transplant_ignored", ignored), ("transplant_competes", competes)):
        for name, n in [*zip((f"indication={name}" for name in GROUPS), counts, strict=True), ("all", sum(counts))]:
            said = {"population": name, "event": "relapse", "competing": estimand, "method": "aalen_johansen"}
            said |= {"n_patients": 400, "n_events": n, "n_at_risk": 200, "is_small": 0 < n < 5, "at_years": 1.0}
            rows.append(estimate("time_to_event", estimand, n / 400, measure="share", unit="share", **said))
    return rows


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(5, 40), st.integers(0, 12)), min_size=3, max_size=3))
def test_no_small_difference_of_two_estimands_follows_from_groups_and_totals(drawn):
    rows = milestones([one for one, _ in drawn], [max(one - less, 0) for one, less in drawn])
    true = {(row["estimand"], row["population"]): row["n_events"] for row in rows}
    table = tables_of(facts(rows).tables)["estimate"].to_pylist()
    cells = {(row["estimand"], row["population"]): row["n_events"] for row in table}
    hidden = [cell for cell, n in cells.items() if n is None]
    shown = {cell: n for cell, n in cells.items() if n is not None}
    groups = [f"indication={name}" for name in GROUPS]
    first, second = "transplant_ignored", "transplant_competes"
    equations = [((name, "all"), [(name, group) for group in groups]) for name in (first, second)]
    free = freedom(shown, equations, hidden)
    for group in ("all", *groups):
        if 0 < true[first, group] - true[second, group] < 5:
            assert hidden, group
            assert max(free.get((name, group), 0.0) for name in (first, second)) >= 1


def test_second_primaries_left_out_of_the_ratio_do_not_follow_from_those_adjudicated():
    found = {"reported": 30, "counted": 12, "decision=second_primary": 12, "decision=relapse": 18}
    said = {"measure": "count", "unit": "malignancy", "method": "count"}
    rows = [
        estimate("adjudication", "adjudicated", float(n), event=name, n_events=n, **said) for name, n in found.items()
    ]
    rows.append(
        estimate("standardised", "standardised_ratio", 1.2, event="all_sites", n_events=10, method="garwood, seer")
    )
    table = tables_of(facts(rows).tables)["estimate"].to_pylist()
    shown = {row["event"]: row["n_events"] for row in table}
    assert shown["all_sites"] == 10
    assert shown["counted"] is None
    assert shown["decision=second_primary"] is None
    assert [shown["reported"], shown["decision=relapse"]].count(None) >= 1


def test_a_hidden_row_prints_one_word_and_no_number():
    rows = events([[2, 9, 9], [9, 9, 9], [9, 9, 9]])
    table = tables_of(facts(rows).tables)["estimate"].to_pylist()
    gone = [row for row in table if row["reason"] == REASON]
    assert gone
    assert all(row[name] is None for row in gone for name in ("n_events", "estimate", "low", "high", "person_years"))
    assert {estimated(row, below=True)[:3] for row in gone} == {("hidden", "", "")}


def test_few_still_at_risk_are_hidden_and_so_is_the_reason_that_counts_them():
    row = estimate(
        "survival", "overall_survival", at_years=5.0, n_at_risk=3, n_patients=90, reason="Of the 10 needed, 3 remain."
    )
    (told,) = tables_of(facts([row]).tables)["estimate"].to_pylist()
    assert told["n_at_risk"] is None
    assert told["reason"] == REASON


def test_a_step_of_a_public_curve_joins_at_least_five_events():
    events_at = np.arange(1, 31) / 10
    survival = np.cumprod(1 - 1 / np.arange(100, 70, -1))
    steps = [
        step("survival", "overall_survival", float(at), float(value), int(n), event="death")
        for at, value, n in zip(events_at, survival, range(100, 70, -1), strict=True)
    ]
    kept = tables_of(facts(curves=steps).tables)["curve"].to_pylist()
    assert kept
    places = [0, *(round(row["at_years"] * 10) for row in kept)]
    assert min(np.diff(places)) >= 5


def test_late_entry_never_lets_a_step_join_fewer_events():
    moves = [(1.0, 0.9, 10), (2.0, 0.81, 10), (3.0, 0.80, 500)]  # one death each; hundreds enrol before the third
    steps = [step("survival", "overall_survival", at, value, n, event="death") for at, value, n in moves]
    assert tables_of(facts(curves=steps).tables)["curve"].num_rows == 0


@pytest.mark.parametrize("name", WHOLE_ONLY)
def test_listings_are_empty_in_public(name):
    one = {
        "subject_id": "0123456789abcdef",
        "n_patients": 2,
        "n_read": 1,
        "domain": "AE",
        "lot": "L1",
        "centre_id": "C1",
    }
    row = {key: value for key, value in one.items() if key in facts().tables[name].column_names}
    whole = facts(**{name: [row]}).tables
    assert whole[name].num_rows == 1
    assert tables_of(whole)[name].num_rows == 0


def test_large_counts_stay_as_they_are():
    whole = facts(characteristic=characteristics([50, 60, 70])).tables
    assert tables_of(whole)["characteristic"].equals(whole["characteristic"])

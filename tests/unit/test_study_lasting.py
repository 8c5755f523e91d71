"""The report's section of lasting conditions and onset, whole and as a public copy."""

import pytest

from pipeline.cohort.suppression import public_results
from pipeline.report.studylasting import lasting
from pipeline.report.studyoccurrence import occurrence
from tests.studyreportrows import density, estimate, facts

YEARS = (100 / 365.25, 1.0)
REASONS = ("undated", "partial", "before_infusion", "before_enrolment", "after_follow_up")


def prevalence(at, least, most, n=100, **more):
    """The two rows of one landmark."""
    said = {"event": "b_cell_aplasia", "at_years": at, "measure": "share", "n_patients": n}
    return [
        estimate(
            "prevalence", f"prevalence_{name}", k / n, low=k / n / 2, high=k / n * 1.5, n_events=k, **(said | more)
        )
        for name, k in (("least", least), ("most", most))
    ]


def onset(event="crs", days=(0, 2, 3, 5, 12), n=40, left_out=(0, 6, 0, 7, 0), **more):
    """The rows of one endpoint."""
    names = ("first", "quartile_1", "median", "quartile_3", "last")
    said = {"event": event, "unit": "day since infusion", "measure": "day", "method": "inverted_cdf"} | more
    counts = {"event": event, "unit": "patient", "measure": "count"} | more
    return [
        *(
            estimate("onset", f"onset_{name}", float(day), n_events=n, **said)
            for name, day in zip(names, days, strict=True)
        ),
        *(
            estimate("onset", f"onset_{name}", float(k), n_patients=k, is_small=0 < k < 5, **counts)
            for name, k in zip(REASONS, left_out, strict=True)
        ),
    ]


def lines(table):
    return [[(cell.text, cell.interval, cell.below) for cell in row] for row in table.rows]


def test_one_share_where_both_agree_and_from_one_to_the_other_where_they_do_not():
    section = lasting(facts([*prevalence(YEARS[0], 20, 20), *prevalence(YEARS[1], 20, 30)]))
    (table,) = section.parts[0].tables
    assert lines(table) == [
        [("B-cell aplasia and hypogammaglobulinaemia", "", "Day 100"), ("20.0 %", "10.0 % to 30.0 %", "20 of 100")],
        [
            ("B-cell aplasia and hypogammaglobulinaemia", "", "Year 1"),
            ("20.0 % to 30.0 %", "10.0 % to 45.0 %", "20 to 30 of 100"),
        ],
    ]
    assert len(section.parts[0].figures) == 1


def test_the_larger_share_that_is_hidden_leaves_the_least():
    rows = prevalence(YEARS[0], 20, 23)
    public = public_results(facts(rows).tables["estimate"], facts().tables["curve"]).estimates.to_pylist()
    assert [row["n_events"] for row in public] == [20, None]
    (table,) = lasting(facts(public, is_public=True)).parts[0].tables
    assert lines(table)[0][1] == ("at least 20.0 %", "from 10.0 %", "20 of 100")


def test_where_those_who_certainly_have_it_are_hidden_so_are_those_who_may():
    """Nobody of 51 may have it, so that nobody certainly has: 22 of 24 would be what is left of 76.

    Another condition tells how many are followed, so that these counts themselves need not go.
    """
    groups = {
        "indication=b_all": (54, 54, 54),
        "indication=lbcl": (22, 24, 24),
        "indication=fl": (0, 0, 51),
        "all": (76, 78, 129),
    }
    rows = []
    for name, (least, most, n) in groups.items():
        pair = prevalence(YEARS[0], least, most, n, population=name)
        rows.extend(row | {"is_small": 0 < n - row["n_events"] < 5} for row in pair)
        rows.extend(prevalence(YEARS[0], n, n, n, population=name, event="cytopenia"))
    public = public_results(facts(rows).tables["estimate"], facts().tables["curve"]).estimates.to_pylist()
    told = {(row["population"], row["estimand"]): row["n_events"] for row in public if row["event"] == "b_cell_aplasia"}
    hidden = [name for name in groups if told[name, "prevalence_least"] is None]
    assert "indication=lbcl" in hidden
    assert len(hidden) > 1
    assert {told[name, "prevalence_most"] for name in hidden} == {None}


@pytest.mark.parametrize(("later", "followed", "is_hidden"), [(27, 90, False), (23, 90, True), (27, 98, True)])
def test_a_landmark_too_near_to_the_one_before_is_hidden(later, followed, is_hidden):
    rows = [*prevalence(YEARS[0], 20, 20), *prevalence(YEARS[1], later, later, n=followed)]
    public = public_results(facts(rows).tables["estimate"], facts().tables["curve"]).estimates.to_pylist()
    assert {row["n_events"] is None for row in public if row["at_years"] == YEARS[1]} == {is_hidden}
    assert {row["n_events"] for row in public if row["at_years"] == YEARS[0]} == {20}


def test_days_of_onset_stand_as_whole_days_and_who_is_left_out_beside_them():
    (part,) = lasting(facts(onset())).parts
    assert [cell.text for cell in part.tables[0].rows[0]] == [
        "Cytokine release syndrome",
        "40",
        "0",
        "2",
        "3",
        "5",
        "12",
    ]
    assert [cell.text for cell in part.folded[0].rows[0]] == ["Cytokine release syndrome", "0", "6", "0", "7", "0"]


def test_no_single_patients_day_and_no_reason_that_follows_from_the_others_is_public():
    rows = [*onset(left_out=(3, 6, 0, 7, 0)), *onset("icans", left_out=(6, 6, 0, 7, 0))]
    public = public_results(facts(rows).tables["estimate"], facts().tables["curve"]).estimates.to_pylist()
    assert not {row["estimand"] for row in public} & {"onset_first", "onset_last"}
    told = {(row["event"], row["estimand"]): row["estimate"] for row in public}
    assert {told["crs", f"onset_{name}"] for name in REASONS} == {None}
    assert told["icans", "onset_partial"] == 6.0
    assert told["crs", "onset_median"] == 3.0


def test_the_quartiles_of_an_onset_go_together_and_do_not_give_away_the_sum_that_is_hidden():
    """First events and those of a known day of each group and of all: 11 less 9 is a count of 2 patients."""
    counts = {"indication=b_all": (10, 9), "indication=lbcl": (0, 0), "indication=fl": (1, 0), "all": (11, 9)}
    rows = []
    for name, (n_first, n) in counts.items():
        first = density("crs", None, n_first, 80.0, 50.0, 40.0, 70.0, population=name, is_small=0 < n_first < 5)
        rows += [first, *onset(n=n, population=name, left_out=(0,) * 5)]
    public = public_results(facts(rows).tables["estimate"], facts().tables["curve"]).estimates.to_pylist()
    told = {
        name: {row["n_events"] for row in public if row["population"] == name and row["measure"] == "day"}
        for name in counts
    }
    assert told["all"] == {None}
    assert all(len(each) == 1 for each in told.values())
    assert sum(each == {None} for name, each in told.items() if name != "all") > 0


def test_an_onset_that_rests_on_a_few_patients_fewer_than_the_first_events_is_hidden():
    rows = [density("crs", None, 43, 80.0, 50.0, 40.0, 70.0), *onset(n=40)]
    public = public_results(facts(rows).tables["estimate"], facts().tables["curve"]).estimates.to_pylist()
    assert {row["estimate"] for row in public if row["measure"] == "day"} == {None}


def test_all_events_have_robust_bounds_none_where_too_few_had_one_and_the_exact_one_where_nobody_had():
    def both(event, n, *, is_robust):
        exact = density(event, None, n, 50.0, 2.0 * n, 1.0, 9.0) | {"estimand": "all_events"}
        told = {"low": 0.5, "high": 20.0}
        untold = {"estimate": None, "is_told": False, "reason": "Fewer than 5.", "low": None, "high": None}
        return [exact, exact | {"method": "robust over patients, log, t"} | (told if is_robust else untold)]

    rows = [
        *both("crs", 30, is_robust=True),
        *both("icans", 3, is_robust=False),
        *both("infection", 0, is_robust=False),
    ]
    section = occurrence(facts(rows))
    (table,) = [table for part in section.parts for table in part.tables if table.title == "All events"]
    assert {row[0].text: (row[1].text, row[1].interval) for row in table.rows} == {
        "Cytokine release syndrome": ("60.0", "0.50 to 20.0"),
        "Neurotoxicity (ICANS)": ("6.00", ""),
    }
    (unseen,) = [table for part in section.parts for table in part.folded if table.title.startswith("No event")]
    assert unseen.rows[0][2].interval == "1.00 to 9.00"

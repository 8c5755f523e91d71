"""The operating picture of the report: what each registered plan finds, and how it stands, from the trail of then."""

import datetime as dt
from dataclasses import replace

import pytest

from pipeline.config import Settings
from pipeline.governance.ledger import record_look, skip_look
from pipeline.governance.plan import register_plan
from pipeline.governance.tracking import tracking
from pipeline.report.powerfigure import power_chart
from pipeline.report.signaltracking import tracking_page
from pipeline.sequential.designs import design
from pipeline.steps.planpower import FACTORS, POWER_COLUMNS, TIMES_AS_OFTEN, _paced, power_rows
from pipeline.steps.tracking import tracking_facts
from tests.governing import Clock, content, founded, look_row

CHART = "{id: cusum, parameters: {share: 0.1, events_per_look: 20}}"
DAY = dt.date.fromisoformat


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Two plans of June, one of them amended in August; the other has a look made and one skipped."""
    folder, clock = tmp_path_factory.mktemp("power"), Clock()
    kept = founded(Settings(lake=str(folder)), clock)
    with kept.writing("ada") as writing:
        spending, _ = register_plan(writing, content(folder))
        register_plan(writing, content(folder, id="chart", endpoint="{id: crs, scope: narrow}", design=CHART,
                                       maximum_length=12, minimum_events=None))  # fmt: skip
    with kept.writing("system") as writing:
        record_look(writing, spending, look_row(spending, 1))
        skip_look(writing, spending, 2, "Never published")
    clock.set("2026-08-01T09:00:00+00:00")
    with kept.writing("ada") as writing:
        register_plan(writing, content(folder, id="chart-2", endpoint="{id: crs, scope: narrow}", design=CHART,
                                       maximum_length=16, minimum_events=None, amends="chart"))  # fmt: skip
    return kept


def told(store, start, end):
    with store.reading() as connection:
        return tracking(connection, DAY(start), DAY(end))


@pytest.fixture(scope="module")
def facts(store):
    return tracking_facts(told(store, "2026-05-01", "2026-06-30"))


def test_plans_stand_as_they_stood_at_the_interval_s_end(store):
    names = [
        [one.content["id"] for one in told(store, *interval).plans]
        for interval in (
            ("2026-05-01", "2026-05-31"),
            ("2026-05-01", "2026-06-30"),
            ("2026-07-01", "2026-08-31"),
            ("2026-08-02", "2026-09-30"),
        )
    ]
    assert names == [[], ["chart", "tisa-tcell"], ["chart", "chart-2", "tisa-tcell"], ["chart-2", "tisa-tcell"]]


def test_a_plan_tells_how_far_its_looks_have_come(facts):
    chart, spending = facts.tables["plans"]
    assert (chart["n_looks_made"], chart["last_look"], chart["decision"], chart["alpha_spent"]) == (0, None, None, 0.0)
    assert [spending[name] for name in ("n_looks", "n_looks_made", "n_looks_skipped", "last_look", "observed")] == [
        4, 1, 1, "2026Q1", 1,
    ]  # fmt: skip
    assert spending["alpha_spent"] == 0.001


def test_the_power_at_the_plan_s_own_length_is_its_design_s(facts):
    own = {
        (row["plan_id"], row["times_as_often"]): row
        for row in facts.tables["plan_power"]
        if row["length_factor"] == 1.0
    }
    given = {"alpha": 0.01, "maximum_length": 400, "minimum_events": 3, "share": 0.1, "spending": "pocock", "looks": 4}
    for found in design("binomial_spending", given, "spontaneous").operating(TIMES_AS_OFTEN):
        row = own["tisa-tcell", found.relative_risk]
        assert (row["power"], row["median_look"]) == (found.power, found.median_looks)
        assert row["length_unit"] == "events of product and comparator"


def test_power_rises_with_what_there_is_to_find_at_every_length(facts):
    for plan in ("chart", "tisa-tcell"):
        rows = [row for row in facts.tables["plan_power"] if row["plan_id"] == plan]
        assert [row["length_factor"] for row in rows] == [factor for factor in FACTORS for _ in TIMES_AS_OFTEN]
        for at in range(0, len(rows), 3):
            low, middle, high = (row["power"] for row in rows[at : at + 3])
            assert low < middle < high


def test_quarters_are_counted_from_the_first_look(facts):
    yearly = {"id": "x", "design": "poisson_spending", "world": "cohort",
              "parameters": {"alpha": 0.05, "maximum_length": 40, "minimum_events": 1},
              "looks": ["2026-06-30", "2027-06-30", "2028-06-30", "2029-06-30"]}  # fmt: skip
    rows = [row for row in power_rows(yearly) if row["times_as_often"] == 3.0]
    assert all(row["median_quarter"] == 4 * (row["median_look"] - 1) + 1 for row in rows)
    assert set(rows[0]) == set(POWER_COLUMNS)


@pytest.mark.parametrize("looks", [{}, {"looks": 12.0}, {"looks": [25.0 * at for at in range(1, 13)]}])
def test_a_longer_plan_goes_at_the_same_pace_and_finds_nothing_sooner(looks):
    """Of 300 events in twelve quarters 25 come in each, of 600 too, over twenty-four: the higher boundary takes longer."""
    quarters = [f"{year}Q{number}" for year in (2022, 2023, 2024) for number in (1, 2, 3, 4)]
    plan = {"id": "z", "design": "binomial_maxsprt", "world": "spontaneous", "looks": quarters,
            "parameters": {"alpha": 0.01, "share": 0.2, "maximum_length": 300, "minimum_events": 3, **looks}}  # fmt: skip
    found = [row["median_quarter"] for row in power_rows(plan) if row["times_as_often"] == 2.0]
    assert found == [None, 4, 5, 5]
    slow = [row for row in power_rows(plan) if row["times_as_often"] == 1.5]
    assert (slow[2]["median_quarter"], slow[3]["median_quarter"]) == (None, 14)  # beyond the plan's own twelve


@pytest.mark.parametrize(
    ("looks", "own", "length", "wanted"),
    [
        (4, 40.0, 20.0, [10.0, 20.0]),
        (4, 40.0, 25.0, [10.0, 20.0, 25.0]),
        (4, 40.0, 60.0, [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]),
        (3, 1.0, 2.0, [1 / 3, 2 / 3, 1.0, 4 / 3, 5 / 3, 2.0]),
        ([5.0, 20.0, 30.0], 30.0, 50.0, [5.0, 20.0, 30.0, 40.0, 50.0]),
        ([5.0, 20.0], 40.0, 10.0, [5.0, 10.0]),
        (1, 40.0, 10.0, [10.0]),
    ],
)
def test_looks_of_another_length_are_as_far_apart_as_the_plan_s(looks, own, length, wanted):
    assert _paced(looks, own, length) == pytest.approx(wanted)


def test_a_plan_of_one_look_tells_no_quarter_of_a_second():
    one = {"id": "w", "design": "poisson_spending", "world": "cohort", "looks": ["2026-06-30"],
           "parameters": {"alpha": 0.05, "maximum_length": 4, "minimum_events": 1}}  # fmt: skip
    told = {(row["median_look"], row["median_quarter"]) for row in power_rows(one)}
    assert told <= {(None, None), (1, 1), (2, None)}
    assert (2, None) in told


def test_a_length_without_a_boundary_says_why():
    small = {"id": "y", "design": "poisson_maxsprt", "world": "cohort",
             "parameters": {"alpha": 0.01, "maximum_length": 2, "minimum_events": 4}, "looks": ["2026-06-30"]}  # fmt: skip
    rows = power_rows(small)
    assert rows[0]["power"] is None
    assert "even the lowest boundary spends only" in rows[0]["reason"]
    assert rows[-1]["power"] > 0
    assert power_chart("f", "Nothing", [row for row in rows if row["power"] is None], 2.0) is None


def test_the_page_draws_each_plan_with_its_table_beside(facts):
    page = tracking_page(facts)
    assert page.count("<figure>") == 2
    assert 'aria-labelledby="power-1-t power-1-d"' in page
    assert "2 skipped" not in page
    assert "1 skipped" in page
    assert "not reached" in page
    assert "Power of plan 2 of the list, binomial_spending" in page


def test_what_people_wrote_in_a_plan_is_escaped(facts):
    changed = {"title": "Rate <script>", "plan_id": "crs-risk", "family_id": "risk"}
    tables = {name: [dict(row) | changed for row in facts.tables[name]] for name in ("plans", "plan_power")}
    page = tracking_page(replace(facts, tables={**facts.tables, **tables}))
    assert "Rate &lt;script&gt;" in page
    assert "<script" not in page

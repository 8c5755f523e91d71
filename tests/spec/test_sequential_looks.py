"""Looks and what is decided at them, as tables. A statistic can be checked with a pocket calculator: n ln(n/μ) - (n - μ)."""

import pytest
from tables import rows_of

from pipeline.sequential.designs import Counts, design

TOLD = ("statistic", "value", "least", "crossed", "ended")
ALERT = "A reporting alert: more is reported than was, which does not say why."


def look_of(row):
    """The counts of one drawn look; person-time is in hundredths of the baseline's."""
    whole = {name: None if row.get(name) is None else int(row[name]) for name in ("observed", "compared")}
    real = {name: None if row.get(name) is None else float(row[name]) for name in ("expected", "share", "time")}
    return Counts(**whole, **real, baseline_time=None if real["time"] is None else 100.0)


def told(found):
    """A decision as a row of the table."""
    return {
        "statistic": f"{found.statistic:.3f}",
        "value": None if found.critical_value is None else f"{found.critical_value:.3f}",
        "least": None if found.least_count is None else str(found.least_count),
        "crossed": "yes" if found.is_crossed else "no",
        "ended": "yes" if found.is_ended else "no",
    }


def check(design_id, world, parameters, text):
    """Each look is decided with those before it, and answers as drawn; returns the decisions."""
    made = design(design_id, {"alpha": 0.05, "minimum_events": 1} | parameters, world)
    rows = rows_of(text)
    looks = [look_of(row) for row in rows]
    decisions = [made.decide(looks[: at + 1]) for at in range(len(looks))]
    for row, found in zip(rows, decisions, strict=True):
        assert told(found) == {name: row[name] for name in TOLD}, row
    return decisions


def test_poisson_maxsprt_crosses_falls_and_is_for_the_record_afterwards():
    """Four events at least: beside 0.2 expected they would do, with a statistic of 4 ln 20 - 3.8."""
    decisions = check(
        "poisson_maxsprt", "cohort", {"maximum_length": 20, "minimum_events": 4},
        """
        observed | expected | statistic | value | least | crossed | ended
        0        | 0.2      | 0.000     | 8.183 | 4     | no      | no
        3        | 0.9      | 1.512     | 3.176 | 5     | no      | no
        3        | 1.6      | 0.486     | 3.176 | 6     | no      | no
        2        | 2.0      | 0.000     | 3.176 | 7     | no      | no
        7        | 2.0      | 3.769     | 3.176 | 7     | yes     | yes
        6        | 2.4      | 1.898     | 3.176 | 8     | no      | yes
        """,
    )  # fmt: skip
    assert [found.note for found in decisions] == [
        "",
        "",
        "",
        "The count fell from 3 to 2: the present one is judged, and alpha spent stays spent.",
        "",
        "The count fell from 7 to 6: the present one is judged, and alpha spent stays spent. Look 5 crossed: this look is for the record.",
    ]
    assert decisions[3].alpha_spent == decisions[4].alpha_spent


def test_poisson_maxsprt_ends_at_its_length_and_a_later_look_cannot_cross():
    decisions = check(
        "poisson_maxsprt", "cohort", {"maximum_length": 20, "minimum_events": 4},
        """
        observed | expected | statistic | value | least | crossed | ended
        9        | 8        | 0.060     | 3.176 | 17    | no      | no
        20       | 21       | 0.000     | 3.176 | 34    | no      | yes
        40       | 22       | 5.913     | -     | -     | no      | yes
        """,
    )  # fmt: skip
    assert decisions[1].note == "The length of 20 expected events is reached: this is the last look."
    assert decisions[2].note.startswith("Surveillance had ended before this look, at 20 expected events")


def test_nobody_looks_before_a_late_start():
    check(
        "poisson_maxsprt", "cohort", {"maximum_length": 10, "start": 3},
        """
        observed | expected | statistic | value | least | crossed | ended
        9        | 2.9      | 4.093     | -     | -     | no      | no
        9        | 3        | 3.888     | 2.485 | 8     | yes     | yes
        """,
    )  # fmt: skip


def test_grouped_looks_as_planned_have_the_planned_value():
    check(
        "poisson_maxsprt", "cohort", {"maximum_length": 10, "looks": 2, "boundary": "grouped"},
        """
        observed | expected | statistic | value | least | crossed | ended
        9        | 5        | 1.290     | 1.931 | 10    | no      | no
        17       | 10       | 2.021     | 1.931 | 17    | yes     | yes
        """,
    )  # fmt: skip


def test_a_grouped_look_that_was_skipped_leaves_its_alpha_to_the_last():
    """One look at ten expected events: sixteen have a chance of 4.874 %, fifteen of 8.3 %."""
    (found,) = check(
        "poisson_maxsprt", "cohort", {"maximum_length": 10, "looks": 2, "boundary": "grouped"},
        """
        observed | expected | statistic | value | least | crossed | ended
        16       | 10       | 1.520     | 1.082 | 16    | yes     | yes
        """,
    )  # fmt: skip
    assert found.alpha_spent == pytest.approx(0.04874, abs=5e-6)


def test_obrien_and_fleming_spend_next_to_nothing_early():
    """At half the information 2 (1 - Φ(1.96 √2)) = 0.00557 may be spent; twelve events beside five have 0.00545."""
    decisions = check(
        "poisson_spending", "cohort", {"maximum_length": 10, "spending": "obrien_fleming"},
        """
        observed | expected | statistic | value  | least | crossed | ended
        1        | 1        | 0.000     | 21.344 | 13    | no      | no
        6        | 2.5      | 1.753     | 7.798  | 11    | no      | no
        6        | 2.4      | 1.753     | 7.798  | 11    | no      | no
        12       | 5        | 3.506     | 3.506  | 12    | yes     | yes
        13       | 10       | 0.411     | 1.520  | 16    | no      | yes
        """,
    )  # fmt: skip
    assert decisions[3].alpha_spent == pytest.approx(0.00546, abs=1e-5)
    assert decisions[2].note == "The expected events fell to 2.4: judged at 2.5, the most there was."


def test_pocock_spends_early():
    check(
        "poisson_spending", "cohort", {"maximum_length": 10, "spending": "pocock"},
        """
        observed | expected | statistic | value | least | crossed | ended
        1        | 1        | 0.000     | 4.047 | 5     | no      | no
        6        | 2.5      | 1.753     | 2.707 | 7     | no      | no
        9        | 5        | 1.290     | 2.673 | 11    | no      | no
        13       | 10       | 0.411     | 2.021 | 17    | no      | yes
        """,
    )  # fmt: skip


def test_a_conditional_design_asks_for_more_than_a_sure_baseline_would():
    check(
        "conditional_maxsprt", "cohort", {"maximum_length": 1, "baseline_events": 10},
        """
        observed | time | statistic | value | least | crossed | ended
        0        | 0    | 0.000     | -     | -     | no      | no
        3        | 10   | 1.124     | 3.382 | 5     | no      | no
        8        | 20   | 3.792     | 3.382 | 8     | yes     | yes
        20       | 101  | 1.650     | 3.382 | 26    | no      | yes
        """,
    )  # fmt: skip


def test_binomial_maxsprt_with_one_comparator_each_and_a_share_that_changes():
    """Nine of eleven: 9 ln(18/11) + 2 ln(4/11) = 2.409."""
    decisions = check(
        "binomial_maxsprt", "spontaneous", {"maximum_length": 40, "matching_ratio": 1},
        """
        observed | compared | share | statistic | value | least | crossed | ended
        1        | 0        | -     | 0.693     | -     | -     | no      | no
        4        | 1        | -     | 0.964     | -     | -     | no      | no
        9        | 2        | -     | 2.409     | 3.476 | 10    | no      | no
        8        | 2        | -     | 1.179     | 3.476 | 10    | no      | no
        8        | 10       | 0.3   | 0.019     | 3.476 | 14    | no      | no
        25       | 20       | -     | 0.692     | 3.476 | 30    | no      | yes
        """,
    )  # fmt: skip
    assert decisions[0].note == "No count could cross at this look."
    assert "fell to 10: judged at 11, the most there was" in decisions[3].note


def test_a_cusum_of_two_reports_expected_each_quarter():
    """Reference value 2 / ln 2 = 2.885, on a grid of sixteenths 2.875; the fourth look adds 15 reports."""
    decisions = check(
        "cusum", "spontaneous", {"maximum_length": 4, "expected_per_look": 2},
        """
        observed | expected | statistic | value | least | crossed | ended
        2        | 2        | 0.000     | 3.312 | 7     | no      | no
        6        | 4        | 1.125     | 3.312 | 9     | no      | no
        5        | 6        | 0.000     | 3.312 | 12    | no      | no
        20       | 8        | 12.125    | 3.312 | 12    | yes     | yes
        30       | 10       | 19.250    | -     | -     | no      | yes
        """,
    )  # fmt: skip
    assert decisions[3].note == f"The length of 4 looks is reached: this is the last look. {ALERT}"


def test_an_ewma_of_four_reports_expected_each_quarter():
    """0.2 (8 - 4) / 2 = 0.4, then 0.8 · 0.4 + 0.4 = 0.72."""
    decisions = check(
        "ewma", "spontaneous", {"maximum_length": 4, "expected_per_look": 4},
        """
        observed | expected | statistic | value | least | crossed | ended
        4        | 4        | 0.000     | 0.650 | 11    | no      | no
        12       | 8        | 0.400     | 0.650 | 15    | no      | no
        20       | 12       | 0.720     | 0.650 | 20    | yes     | yes
        """,
    )  # fmt: skip
    assert decisions[2].note == ALERT


def test_a_cusum_of_the_products_part_of_two_events_each_quarter():
    """One comparator each, tripled odds: 2 ln 2 / ln 3 = 1.262 come off, 1.25 on the grid; only two, then two again, pass 0.75."""
    decisions = check(
        "cusum", "spontaneous",
        {"alpha": 0.07, "maximum_length": 2, "events_per_look": 2, "matching_ratio": 1, "ratio": 3},
        """
        observed | compared | statistic | value | least | crossed | ended
        2        | 0        | 0.750     | -     | -     | no      | no
        4        | 0        | 1.500     | 0.812 | 4     | yes     | yes
        """,
    )  # fmt: skip
    assert decisions[1].alpha_spent == pytest.approx(1 / 16)
    assert decisions[1].note == f"The length of 2 looks is reached: this is the last look. {ALERT}"


def test_an_ewma_of_the_products_part_of_four_events_each_quarter():
    """0.5 (4 - 2) / 1 = 1, then 0.5 · 1 + 1 = 1.5; four again after three or four: (4 + 1) / 256 of all courses."""
    decisions = check(
        "ewma", "spontaneous",
        {"alpha": 0.02, "maximum_length": 2, "events_per_look": 4, "share": 0.5, "weight": 0.5},
        """
        observed | compared | statistic | value | least | crossed | ended
        4        | 0        | 1.000     | -     | -     | no      | no
        8        | 0        | 1.500     | 1.005 | 8     | yes     | yes
        """,
    )  # fmt: skip
    assert decisions[1].alpha_spent == pytest.approx(5 / 256)


def test_a_chart_beside_a_comparator_counts_what_goes_beyond_the_most_there_was():
    """Look 2 holds one further event of the comparator, and 10 / 16 come off; look 3 three of the product: 3 - 30 / 16."""
    decisions = check(
        "cusum", "spontaneous",
        {"alpha": 0.07, "maximum_length": 3, "events_per_look": 2, "matching_ratio": 1, "ratio": 3},
        """
        observed | compared | statistic | value | least | crossed | ended
        2        | 0        | 0.750     | -     | -     | no      | no
        1        | 1        | 0.125     | -     | -     | no      | no
        5        | 1        | 1.250     | -     | -     | no      | yes
        """,
    )  # fmt: skip
    assert decisions[1].note == (
        "The count is 1, and was 2: only what goes beyond the most there was enters the chart, and alpha spent stays spent. "
        "No count could cross at this look."
    )

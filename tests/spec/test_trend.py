"""Which quarter a case falls into, what has been received until then, and how late it came."""

import pytest
from trendworlds import TrendWorld, fits

from pipeline.contract.quarter import quarter_name, quarter_number
from pipeline.vocabulary.choices import comparator

HELD = ["2023Q1", "2023Q2", "2023Q3", "2023Q4", "2024Q1"]
VERSIONS = """
report_id | case_id | version_number | quarter | initial_fda_date | event_date
11        | 1       | 1              | 2023Q2  | 2023-05-10       | 2023-02-09
12        | 1       | 2              | 2024Q1  | 2023-05-10       | 2023-02-09
21        | 2       | 1              | 2023Q3  | 2023-07-01       | 2023-06-30
31        | 3       | 1              | 2023Q3  | -                | 2023-06-30
41        | 4       | 1              | 2023Q4  | 2023-09-30       | -
51        | 5       | 1              | 2023Q2  | 2023-06-30       | -
61        | 6       | 1              | 2023Q2  | 2016-06-30       | -
71        | 7       | 1              | 2023Q4  | 2023-12-31       | 2024-01-02
"""
DRUGS = """
report_id | quarter | drug_name | role_code | drug_seq
11        | 2023Q2  | KYMRIAH   | PS        | 1
12        | 2024Q1  | KYMRIAH   | PS        | 1
21        | 2023Q3  | KYMRIAH   | PS        | 1
31        | 2023Q3  | KYMRIAH   | PS        | 1
41        | 2023Q4  | KYMRIAH   | PS        | 1
51        | 2023Q2  | ASPIRIN   | PS        | 1
61        | 2023Q2  | ASPIRIN   | PS        | 1
71        | 2023Q4  | KYMRIAH   | PS        | 1
"""
REACTIONS = """
report_id | quarter | pt
11        | 2023Q2  | Rash
12        | 2024Q1  | Pyrexia
21        | 2023Q3  | Pyrexia
31        | 2023Q3  | Pyrexia
41        | 2023Q4  | Rash
51        | 2023Q2  | Pyrexia
61        | 2023Q2  | Pyrexia
71        | 2023Q4  | Rash
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trend")
    return TrendWorld(folder, HELD, report_version=VERSIONS, case_drug=DRUGS, case_reaction=REACTIONS)


def test_every_case_stands_in_the_quarter_of_its_first_receipt_or_in_none(world):
    rows = world.warehouse.arrow("SELECT * FROM event_quarter WHERE series = 'all cases'").to_pylist()
    assert fits(
        rows,
        """
        is_car_t | received_since | receipt_quarter | n_cases
        False    | -              | 2016Q2          | 1
        False    | 2023-06-30     | 2023Q2          | 1
        True     | -              | 2023Q2          | 1
        True     | -              | 2023Q3          | 2
        True     | -              | 2023Q4          | 1
        True     | -              | -               | 1
        """,
    )


def test_an_endpoint_counts_the_cases_whose_latest_version_reports_it(world):
    rows = world.warehouse.arrow(
        "SELECT * FROM event_quarter WHERE endpoint = 'fever' AND scope = 'narrow'"
    ).to_pylist()
    assert fits(
        rows,
        """
        is_car_t | receipt_quarter | n_cases
        False    | 2016Q2          | 1
        False    | 2023Q2          | 1
        True     | 2023Q2          | 1
        True     | 2023Q3          | 1
        True     | -               | 1
        """,
    )


def test_a_revision_moves_no_case_and_an_undated_one_is_in_no_quarter(world):
    assert fits(
        world.trend("tisagenlecleucel"),
        """
        receipt_quarter | n_cases | is_every_quarter_held
        2023Q2          | 1       | True
        2023Q3          | 2       | True
        2023Q4          | 1       | True
        2024Q1          | 0       | True
        """,
    )


def test_cells_add_up_everything_received_until_then(world):
    assert fits(
        world.trend("tisagenlecleucel", "fever"),
        """
        receipt_quarter | n_cases | a | b | c | d
        2023Q2          | 1       | 1 | 0 | 2 | 0
        2023Q3          | 1       | 2 | 1 | 2 | 0
        2023Q4          | 0       | 2 | 2 | 2 | 0
        2024Q1          | 0       | 2 | 2 | 2 | 0
        """,
    )


def test_the_other_comparator_leaves_out_what_was_received_before_the_approval(world):
    assert fits(
        world.trend("tisagenlecleucel", "fever", "non_car_t"),
        """
        receipt_quarter | a | b | c | d
        2023Q2          | 1 | 0 | 1 | 0
        2023Q3          | 2 | 1 | 1 | 0
        2023Q4          | 2 | 2 | 1 | 0
        2024Q1          | 2 | 2 | 1 | 0
        """,
    )


@pytest.mark.parametrize("against", ["all", "non_car_t"])
def test_every_row_carries_the_version_of_its_comparator(world, against):
    rows = [*world.trend("tisagenlecleucel", "fever", against), *world.trend("tisagenlecleucel", None, against)]
    assert {row["comparator_version"] for row in rows} == {comparator(against).version}


@pytest.mark.parametrize("comparator", ["all", "non_car_t"])
def test_the_last_quarter_has_the_cells_of_the_signal_less_the_undated_cases(world, comparator):
    last = world.trend("tisagenlecleucel", "fever", comparator)[-1]
    a, b, c, d = world.cells("tisagenlecleucel", "fever", comparator, "narrow")
    assert (last["a"] + 1, last["b"], last["c"], last["d"]) == (a, b, c, d)


def test_a_quarter_from_before_the_unbroken_holdings_says_so_and_marks_nothing(tmp_path):
    world = TrendWorld(
        tmp_path, ["2023Q1", "2023Q2", "2023Q4", "2024Q1"], report_version=VERSIONS, case_drug=DRUGS,
        case_reaction=REACTIONS,
    )  # fmt: skip
    told = {row["receipt_quarter"]: row["is_every_quarter_held"] for row in world.trend("tisagenlecleucel")}
    assert told == {"2023Q2": False, "2023Q3": False, "2023Q4": True, "2024Q1": True}
    assert world.span.start == 2023 * 4 + 3


def test_an_arrival_is_told_on_both_clocks(world):
    world.warehouse.create("arrival", _arrival(), {"start": world.span.start, "last": world.span.last})
    rows = world.warehouse.arrow(
        "SELECT clock, origin // 4 || 'Q' || (origin % 4 + 1) AS origin, delay, n_cases FROM arrival "
        "WHERE product = 'tisagenlecleucel' AND endpoint = '' ORDER BY ALL"
    ).to_pylist()
    assert fits(
        rows,
        """
        clock   | origin | delay | n_cases
        event   | 2023Q1 | 1     | 1
        event   | 2023Q2 | 1     | 1
        receipt | 2023Q2 | 0     | 1
        receipt | 2023Q3 | 0     | 1
        receipt | 2023Q3 | 1     | 1
        receipt | 2023Q4 | 0     | 1
        """,
    )


def _arrival():
    from pipeline.lake.warehouse import model

    return model("trend/arrival")


LAGS = """
report_id | case_id | quarter | initial_fda_date | event_date | is_event_date_possibly_padded
11        | 1       | 2023Q2  | 2023-05-10       | 2023-05-09 | no
21        | 2       | 2023Q2  | -                | 2023-05-09 | no
31        | 3       | 2023Q2  | 2023-05-10       | -          | no
41        | 4       | 2023Q2  | 2023-05-10       | 2023-05-01 | yes
51        | 5       | 2023Q2  | 2023-05-10       | 2023-05-11 | no
61        | 6       | 2023Q2  | 2023-05-10       | 2022-12-31 | no
"""


def test_every_case_of_a_product_is_used_for_the_lag_or_left_out_for_one_reason(tmp_path):
    drugs = "report_id | quarter | drug_name\n" + "\n".join(f"{n}1 | 2023Q2 | KYMRIAH" for n in range(1, 7))
    lag = TrendWorld(tmp_path, HELD, report_version=LAGS, case_drug=drugs).lag("tisagenlecleucel")
    assert fits(
        [lag],
        """
        n_cases | n_used | n_without_receipt_day | n_without_event_day | n_possibly_padded | n_before_event | n_outside_holdings | reason
        6       | 1      | 1                     | 1                   | 1                 | 1              | 1                  | Cases with a usable lag: 1; at least 30 are needed.
        """,
    )


def test_a_contrast_that_cannot_be_told_is_a_row_with_its_reason(world):
    rows = [row for row in world.interruptions() if row["product"] == "tisagenlecleucel" and row["endpoint"] is None]
    assert fits(
        rows,
        """
        event_quarter | n_quarters_before | n_quarters_after | n_event_quarter | level_ratio | reason
        2023Q4        | 2                 | 1                | 1               | -           | Quarters before: 2; at least 4 are needed.
        2024Q1        | 3                 | 0                | 0               | -           | Quarters before: 3; at least 4 are needed.
        """,
    )


def test_a_series_too_thin_to_foretell_is_one_row_with_its_reason(world):
    rows = [row for row in world.nowcasts() if row["product"] == "tisagenlecleucel" and row["endpoint"] is None]
    assert fits(
        rows,
        """
        clock   | origin_quarter | n_known | n_expected | reason
        event   | -              | 2       | -          | Quarters in a row: 5; at least 8 are needed.
        receipt | -              | 4       | -          | Quarters in a row: 4; at least 8 are needed.
        """,
    )


def arriving(product_name, first, last="2023Q4", per_quarter=6, start=1):
    """Cases of a product with an event in each quarter from first to last: received at once but for one, a quarter later."""
    numbers = range(quarter_number(first), quarter_number(last) + 1)
    cases = [(number, place) for number in numbers for place in range(per_quarter)]
    for case, (number, place) in enumerate(cases, start):
        received = min(number + (place == 0), numbers[-1])
        day = f"{received // 4}-{received % 4 * 3 + 2:02}-10"
        event = f"{number // 4}-{number % 4 * 3 + 1:02}-05"
        yield (
            f"{case}1 | {case} | {quarter_name(received)} | {day} | {event}",
            f"{case}1 | {quarter_name(received)} | {product_name}",
        )


def world_of_arrivals(folder, *parts):
    held = [quarter_name(number) for number in range(quarter_number("2018Q1"), quarter_number("2023Q4") + 1)]
    drawn = [pair for part in parts for pair in part]
    return TrendWorld(
        folder, held, as_of="2023Q4",
        report_version="\n".join(["report_id | case_id | quarter | initial_fda_date | event_date", *(v for v, _ in drawn)]),
        case_drug="\n".join(["report_id | quarter | drug_name", *(d for _, d in drawn)]),
    )  # fmt: skip


def foretold(world, product, clock="event"):
    return [
        row for row in world.nowcasts() if (row["product"], row["endpoint"], row["clock"]) == (product, None, clock)
    ]


def test_a_product_with_eight_quarters_in_a_lake_of_twenty_four_is_foretold(tmp_path):
    rows = foretold(world_of_arrivals(tmp_path, arriving("KYMRIAH", "2022Q1")), "tisagenlecleucel")
    assert [row["origin_quarter"] for row in rows] == [
        f"{year}Q{place}" for year in (2022, 2023) for place in (1, 2, 3, 4)
    ]
    assert {(row["n_delays"], row["reason"]) for row in rows} == {(4, None)}
    assert [row["n_at_once"] for row in rows] == [5] * 7 + [6]


def test_quarters_before_the_approval_are_no_complete_quarters(tmp_path):
    """Ciltacabtagene autoleucel was approved on 2022-02-28; a case of a trial reports an event long before."""
    parts = arriving("CARVYKTI", "2022Q1"), arriving("CARVYKTI", "2018Q2", "2018Q2", start=900)
    rows = foretold(world_of_arrivals(tmp_path, *parts), "ciltacabtagene autoleucel")
    assert [row["origin_quarter"] for row in rows][:1] == ["2022Q1"]
    assert {(row["n_delays"], row["reason"]) for row in rows} == {(4, None)}
    assert sum(row["n_known"] for row in rows) == 48


def test_seven_quarters_since_the_approval_are_too_few_however_long_the_lake(tmp_path):
    rows = foretold(world_of_arrivals(tmp_path, arriving("CARVYKTI", "2022Q2")), "ciltacabtagene autoleucel")
    assert [row["reason"] for row in rows] == ["Quarters in a row: 7; at least 8 are needed."]


def test_a_product_not_yet_approved_is_not_foretold(tmp_path):
    rows = foretold(world_of_arrivals(tmp_path, arriving("AUCATZYL", "2022Q1")), "obecabtagene autoleucel")
    assert [(row["n_known"], row["reason"]) for row in rows] == [
        (0, "The product is approved after the last quarter held.")
    ]

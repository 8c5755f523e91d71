"""Which version of a case counts, as of a quarter."""

import pytest
from tables import rows_of
from worlds import show_core

from pipeline.cases.resolution import check_sum, resolve, waterfall_rows
from pipeline.config import Settings
from pipeline.errors import CartwatchError
from pipeline.lake.warehouse import Warehouse


def resolved(tmp_path, versions, deleted="quarter | case_id", as_of="2024Q1"):
    """Cases and waterfall for the versions and deletion lists drawn."""
    with Warehouse(Settings()) as warehouse:
        show_core(warehouse, report_version=versions, withdrawn_case=deleted)
        resolve(warehouse, as_of, tmp_path)
        rows = warehouse.rows("SELECT case_id, report_id, is_complete FROM case_current ORDER BY case_id")
        return rows, {step: n for step, _, n, _ in waterfall_rows(warehouse)}


def expected(text):
    return [(int(row["case_id"]), int(row["report_id"]), row["is_complete"] == "yes") for row in rows_of(text)]


def test_version_ten_beats_nine(tmp_path):
    cases, waterfall = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number
        2023Q1  | 1009      | 100     | 9
        2023Q2  | 10010     | 100     | 10
        """,
    )
    assert cases == expected("case_id | report_id | is_complete\n100 | 10010 | yes")
    assert (waterfall["published"], waterfall["superseded"], waterfall["current"]) == (2, -1, 1)


def test_faers_comes_after_aers_under_the_same_case_number(tmp_path):
    cases, _ = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number | era
        2012Q3  | 8129732   | 100     | 7              | aers
        2012Q4  | 1002      | 100     | 2              | faers
        """,
    )
    assert cases == expected("case_id | report_id | is_complete\n100 | 1002 | yes")


def test_a_later_receipt_decides_between_equal_versions(tmp_path):
    cases, _ = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number | era  | fda_date
        2005Q1  | 20        | 100     | 0              | aers | 2005-02-01
        2005Q2  | 10        | 100     | 0              | aers | 2005-05-01
        """,
    )
    assert cases == expected("case_id | report_id | is_complete\n100 | 10 | yes")


def test_a_withdrawn_case_is_removed_by_its_case_number(tmp_path):
    cases, waterfall = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number
        2023Q1  | 1001      | 100     | 1
        2023Q1  | 2001      | 200     | 1
        """,
        """
        quarter | case_id
        2023Q2  | 100
        2023Q2  | 2001
        """,
    )
    assert cases == expected("case_id | report_id | is_complete\n200 | 2001 | yes")
    assert waterfall["withdrawn"] == -1


def test_a_version_published_after_the_deletion_list_revives_the_case(tmp_path):
    cases, _ = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number
        2023Q1  | 1001      | 100     | 1
        2023Q3  | 1002      | 100     | 2
        """,
        """
        quarter | case_id
        2023Q2  | 100
        """,
    )
    assert cases == expected("case_id | report_id | is_complete\n100 | 1002 | yes")


def test_an_unreadable_latest_version_marks_the_case_and_promotes_no_older_one(tmp_path):
    cases, waterfall = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number | is_readable | unreadable_tables
        2023Q1  | 1001      | 100     | 1              | yes         | -
        2023Q2  | 1002      | 100     | 2              | no          | raw_demo
        2023Q2  | 2001      | 200     | 1              | yes         | raw_drug
        """,
    )
    assert cases == expected("case_id | report_id | is_complete\n100 | 1002 | no\n200 | 2001 | no")
    assert waterfall["of which incomplete"] == 2


def test_a_version_without_a_case_number_is_shown_in_the_waterfall(tmp_path):
    cases, waterfall = resolved(
        tmp_path,
        """
        quarter | report_id | case_id | version_number
        2004Q1  | 4265290   | -       | 0
        2004Q1  | 4265291   | 100     | 0
        """,
    )
    assert len(cases) == 1
    assert waterfall["without a case number"] == -1


def test_an_empty_lake_has_an_empty_waterfall(tmp_path):
    cases, waterfall = resolved(tmp_path, "quarter | report_id | case_id | version_number")
    assert cases == []
    assert set(waterfall.values()) == {0}


def test_a_waterfall_that_does_not_add_up_is_refused():
    steps = [("published", "", 3, ""), ("without a case number", "", 0, ""), ("superseded", "", -1, "")]
    steps += [
        ("latest versions", "", 3, ""),
        ("withdrawn", "", 0, ""),
        ("current", "", 3, ""),
        ("duplicates", "", 0, ""),
        ("counted", "", 3, ""),
    ]
    with pytest.raises(CartwatchError, match="does not add up"):
        check_sum(steps)

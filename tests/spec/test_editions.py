"""Which issue of a quarter's archive counts, as of a quarter."""

import itertools

import pytest
from tables import rows_of, typed

from pipeline.config import Settings
from pipeline.contract.edition import Edition, refuse_disorder
from pipeline.contract.tables import table
from pipeline.errors import NothingThere, UsageError
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import editions_as_of, files_as_of, quarters_without_original
from pipeline.lake.warehouse import Warehouse

VERSION = table("report_version")


def lake_with(root, drawn, pins=None):
    """A lake that holds these editions, committed in the order drawn."""
    lake = Lake(root, pins)
    for row in rows_of(drawn):
        with lake.staging(row["quarter"]) as folder:
            path = folder / "rows.parquet"
            n_rows = write_rows(VERSION, typed("report_version", "report_id | case_id | line\n1 | 1 | 2"), path)
            lake.commit(
                "report_version",
                {"quarter": row["quarter"], "edition": row["edition"]},
                path,
                Run("t", "r", "v"),
                n_rows,
            )
    return lake


def current(lake, as_of):
    return {quarter: edition.sha256 for quarter, edition in editions_as_of(lake, as_of).items()}


REISSUED = """
quarter | edition
2021Q1  | 0_20210428T093000_aaaaaaaaaaaaaaaa
2021Q1  | 0_20231115T120000_bbbbbbbbbbbbbbbb
2021Q2  | 0_20210728T093000_cccccccccccccccc
"""


def test_a_later_issue_counts_from_the_quarter_it_came_out_in(tmp_path):
    lake = lake_with(tmp_path, REISSUED)
    assert current(lake, "2021Q2")["2021Q1"] == "a" * 16
    assert current(lake, "2023Q2")["2021Q1"] == "a" * 16
    assert current(lake, "2023Q3")["2021Q1"] == "b" * 16, "published in the fourth quarter of 2023, beside 2023Q3"
    assert current(lake, "2021Q1") == {"2021Q1": "a" * 16}


def test_the_order_of_loading_decides_nothing(tmp_path):
    head, *rows = REISSUED.strip().splitlines()
    for place, order in enumerate(itertools.permutations(rows)):
        lake = lake_with(tmp_path / str(place), "\n".join([head, *order]))
        assert current(lake, "2024Q1") == {"2021Q1": "b" * 16, "2021Q2": "c" * 16}


def test_a_pin_goes_before_everything(tmp_path):
    lake_with(tmp_path, REISSUED)
    assert current(Lake(tmp_path, {"2021Q1": "aaaaaa"}), "2024Q1")["2021Q1"] == "a" * 16
    assert current(Lake(tmp_path, {"2021Q1": "b" * 64}), "2021Q1")["2021Q1"] == "b" * 16
    assert [
        file.partition["edition"][-16:]
        for file in files_as_of(Lake(tmp_path, {"2021Q1": "aaaaaa"}), VERSION.name, "2021Q1")
    ] == ["a" * 16]


@pytest.mark.parametrize("pin", [{"2021Q1": "cccccc"}, {"2019Q1": "aaaaaa"}])
def test_a_pin_that_nothing_answers_to_is_refused(tmp_path, pin):
    lake_with(tmp_path, REISSUED)
    with pytest.raises(NothingThere, match=next(iter(pin))):
        editions_as_of(Lake(tmp_path, pin), "2024Q1")


def test_a_rank_goes_before_the_date(tmp_path):
    lake = lake_with(
        tmp_path,
        """
        quarter | edition
        2021Q1  | 1_20210428T093000_aaaaaaaaaaaaaaaa
        2021Q1  | 0_20210601T120000_bbbbbbbbbbbbbbbb
        2021Q2  | -1_undated_cccccccccccccccc
        2021Q2  | 0_undated_dddddddddddddddd
        """,
    )
    assert current(lake, "2024Q1") == {"2021Q1": "a" * 16, "2021Q2": "d" * 16}


def test_a_quarter_of_which_only_a_later_issue_is_held_is_told(tmp_path):
    lake = lake_with(
        tmp_path,
        """
        quarter | edition
        2013Q1  | 0_20151115T120000_aaaaaaaaaaaaaaaa
        2013Q2  | 0_20130815T120000_bbbbbbbbbbbbbbbb
        2013Q3  | 0_undated_cccccccccccccccc
        2013Q4  | 0_20140115T120000_dddddddddddddddd
        2013Q4  | -1_20200115T120000_eeeeeeeeeeeeeeee
        """,
    )
    assert quarters_without_original(lake, "2024Q1") == ["2013Q1"]
    assert current(lake, "2013Q1") == {"2013Q1": "a" * 16}, "what is held is used, and the flag says so"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Edition(0, "", "a"), Edition(0, "", "b")),
        (Edition(0, "20210428T093000", "a"), Edition(0, "", "b")),
        (Edition(0, "20210428T093000", "a"), Edition(0, "20210428T093000", "b")),
    ],
)
def test_editions_that_nothing_puts_in_order_are_refused(one, other):
    with pytest.raises(UsageError, match="--rank"):
        refuse_disorder("2021Q1", [one, other])
    refuse_disorder("2021Q1", [one, one])
    refuse_disorder("2021Q1", [one, Edition(1, other.published, other.sha256)])


def test_a_label_says_all_of_an_edition():
    for edition in (Edition(0, "20210428T093000", "a" * 16), Edition(-3, "", "b" * 16)):
        assert Edition.of_label(edition.label) == edition


def test_marts_of_another_choice_are_kept_apart(tmp_path):
    chosen = Settings(lake=str(tmp_path), data_versions=(("2021Q1", "aaaaaa"),))
    apart = Lake(tmp_path, dict(chosen.data_versions), chosen.variant)
    assert apart.uri("signal") != Lake(tmp_path).uri("signal")
    assert apart.uri("report_version") == Lake(tmp_path).uri("report_version")
    assert Settings().variant == ""
    assert len({Settings(with_duplicates=True).variant, chosen.variant, ""}) == 3


def test_a_view_holds_one_edition_of_a_quarter(tmp_path):
    lake = lake_with(tmp_path, REISSUED)
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.show_files(VERSION, files_as_of(lake, VERSION.name, "2024Q1"))
        assert warehouse.rows("SELECT quarter, edition FROM report_version ORDER BY ALL") == [
            ("2021Q1", "0_20231115T120000_bbbbbbbbbbbbbbbb"),
            ("2021Q2", "0_20210728T093000_cccccccccccccccc"),
        ]

"""cartwatch trend on generated quarters: the tables of the lake, files, nothing computed twice."""

import csv
import shutil

import pytest

from pipeline.config import Settings
from pipeline.contract.trend import TREND_TABLES
from pipeline.lake.delta import Lake
from pipeline.lake.warehouse import Warehouse

pytestmark = pytest.mark.slow
PRODUCT = "tisagenlecleucel"


@pytest.fixture(scope="module")
def lake(ingested, tmp_path_factory):
    return shutil.copytree(ingested(2), tmp_path_factory.mktemp("trend") / "lake")


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def stored(lake):
    return {file.path: file.path.read_bytes() for table in TREND_TABLES for file in Lake(lake).files(table.name)}


def test_the_trend_is_kept_written_and_not_computed_twice(lake, command, tmp_path):
    first = command(lake, "trend", "--product", PRODUCT, "--out", tmp_path)
    before = stored(lake)
    again = command(lake, "trend", "--product", PRODUCT)
    assert again["run_id"] == first["run_id"]
    assert any("unchanged" in warning for warning in again["warnings"])
    assert stored(lake) == before
    names = ("interruption.csv", "nowcast.csv", "reporting_lag.csv", "trend.csv", "trend.parquet")
    assert sorted(path.name for path in tmp_path.iterdir()) == list(names)
    assert {row["product"] for row in rows(tmp_path / "trend.csv")} == {PRODUCT}
    assert all(row["reason"] for row in rows(tmp_path / "interruption.csv"))
    [lag] = rows(tmp_path / "reporting_lag.csv")
    uses = [name for name in lag if name.startswith("n_") and name not in {"n_cases", "n_longer"}]
    assert int(lag["n_cases"]) == sum(int(lag[name]) for name in uses)
    assert_it_agrees_with_the_signals(lake)


def assert_it_agrees_with_the_signals(lake):
    """a b c d of the last quarter are those of signal but for cases without a known day."""
    with Warehouse(Settings(threads=1)) as warehouse:
        warehouse.mount(Lake(lake), "trend", "signal", "event_quarter")
        n_undated = warehouse.rows(
            "SELECT sum(n_cases) FROM event_quarter WHERE receipt_quarter IS NULL AND series = 'all cases'"
        )
        gaps = warehouse.rows(
            "SELECT s.n_cases - (t.a + t.b + t.c + t.d), least(s.a - t.a, s.b - t.b, s.c - t.c, s.d - t.d), s.a > 0 "
            "FROM trend AS t JOIN signal AS s ON s.product = t.product AND s.event = t.endpoint AND s.scope = t.scope "
            "AND s.comparator = t.comparator WHERE t.receipt_quarter = '2023Q2'"
        )
    assert len(gaps) > 50
    assert all(0 <= gap <= int(n_undated[0][0] or 0) and least >= 0 and some for gap, least, some in gaps)


def test_a_person_sees_lags_crossings_and_how_many_contrasts_were_refused(lake):
    from click.testing import CliRunner

    from pipeline.cli import main

    told = CliRunner().invoke(main, ["--lake", str(lake), "trend"], catch_exceptions=False).output
    for words in ("Days from event to first receipt", "First quarter of receipt with IC025", "No contrast asked: "):
        assert words in told

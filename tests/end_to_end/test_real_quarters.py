"""FDA's own files, of every era, from bytes to signals."""

import json
import shutil
import zipfile

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.lake.delta import Lake
from pipeline.lake.warehouse import Warehouse
from pipeline.vocabulary.comparators import comparators
from tests.conftest import REAL_ARCHIVES

pytestmark = pytest.mark.slow
CASES_2022Q3 = 215_867
# The extract has next to no indication: over its few cases of one disease nothing can be fitted.
PRIORS = {"all": [True] * 3, "non_car_t": [True] * 3, "haem_onc": [False] * 3, "haem_onc_without_imids": [False] * 3}


@pytest.fixture(scope="module")
def run(real_lake, tmp_path_factory):
    """The command, on one copy of the lake for the whole module; returns its JSON."""
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(real_lake[0], root / "lake")

    def run(*arguments):
        done = CliRunner().invoke(
            main, ["--lake", str(root / "lake"), *map(str, arguments), "--json"], catch_exceptions=False
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    run.root = root
    return run


@pytest.fixture(scope="module")
def ingested(real_lake):
    return real_lake[1]


@pytest.fixture(scope="module")
def signals(run, ingested):
    return run("signals", "--as-of", "2022Q3", "--out", run.root / "out")


def test_every_record_is_kept_or_rejected(ingested):
    assert ingested["counts"]["quarters"] == ["2004Q1", "2012Q4", "2017Q2", "2022Q3", "2026Q2"]
    files = ingested["counts"]["files"]
    assert all(item["n_read"] == item["n_kept"] + item["n_rejected"] for item in files)
    assert ingested["counts"]["read"] == ingested["counts"]["kept"] + ingested["counts"]["rejected"]


def test_every_line_of_the_publishers_files_is_accounted_for(ingested, shared):
    counted = {(item["quarter"], item["file"]): item["n_read"] for item in ingested["counts"]["files"]}
    for name in REAL_ARCHIVES:
        for file, data in _files(shared / "data" / "faers" / name):
            code = file.rpartition("/")[2].upper()
            lines = data.count(b"\n") + (data[-1:] not in (b"\n", b""))
            quarter = (
                next(key for key in counted if key[1] == file)[0] if any(key[1] == file for key in counted) else None
            )
            if quarter is not None:
                assert counted[(quarter, file)] == lines - ("DELETE" not in code), file


def _files(path):
    if path.is_dir():
        return [(item.name, item.read_bytes()) for item in sorted(path.iterdir())]
    with zipfile.ZipFile(path) as archive:
        return [(name, archive.read(name)) for name in archive.namelist() if not name.endswith("/")]


def test_phantom_columns_of_resaved_files_are_recorded(ingested):
    found = {item["file"]: item["phantom_columns"] for item in ingested["counts"]["files"] if item["phantom_columns"]}
    assert found["ascii/DEMO04Q1.TXT"] == "v23"


def test_the_real_quarter_has_its_cases_and_its_tisagenlecleucel_cases(signals):
    waterfall = {row["step"]: row["n"] for row in signals["counts"]["waterfall"]}
    assert waterfall["current"] == CASES_2022Q3 + 100 + 9 + 100
    assert signals["counts"]["cases_by_product"]["tisagenlecleucel"] == 63
    assert signals["counts"]["cases_by_product"]["any_car_t"] == 375


def test_what_is_published_later_is_not_seen(signals):
    assert [read.split()[0] for read in signals["inputs"]] == ["2004Q1", "2012Q4", "2017Q2", "2022Q3"]


def test_the_cells_of_every_pair_add_up(run, signals):
    with Warehouse(Settings()) as warehouse:
        sums = warehouse.rows(
            "SELECT comparator, product, min(n_cases), max(n_cases), bool_and(a + b + c + d = n_cases) "
            f"FROM read_parquet('{run.root / 'out' / 'signal.parquet'}') WHERE is_assessable GROUP BY ALL"
        )
    assert all(low == high and adds_up for _, _, low, high, adds_up in sums)
    assert {low for comparator, _, low, _, _ in sums if comparator == "all"} == {CASES_2022Q3 + 209}


def test_an_endpoint_the_extract_cannot_contain_is_not_assessable(run, signals):
    with Warehouse(Settings()) as warehouse:
        rows = warehouse.rows(
            "SELECT DISTINCT a IS NULL, ebgm IS NULL, is_assessable "
            f"FROM read_parquet('{run.root / 'out' / 'signal.parquet'}') WHERE event = 'crs'"
        )
    assert rows == [(True, True, False)]


def test_every_prior_was_fitted_from_agreeing_starts_or_refused_with_its_reason(signals):
    fitted = {name: [row["is_fitted"] for row in signals["prior"] if row["comparator"] == name] for name in PRIORS}
    assert fitted == PRIORS
    assert all((row["reason"] is None) == row["is_fitted"] for row in signals["prior"])


def test_every_row_carries_the_version_of_its_comparator(run, signals):
    with Warehouse(Settings()) as warehouse:
        found = warehouse.rows(
            f"SELECT DISTINCT comparator, comparator_version FROM read_parquet('{run.root / 'out' / 'signal.parquet'}')"
        )
    assert dict(found) == {known.id: known.version for known in comparators()}
    assert len(found) == len(comparators())


def test_cases_compared_and_left_out_are_all_cases_of_the_product(run, signals):
    """The extract has no indication and no age, so those comparators leave out every case, and say so."""
    with Warehouse(Settings()) as warehouse:
        rows = warehouse.rows(
            "SELECT DISTINCT comparator, a + b, n_left_out, note LIKE '%leaves out every case%' "
            f"FROM read_parquet('{run.root / 'out' / 'signal.parquet'}') "
            "WHERE product = 'tisagenlecleucel' AND is_assessable"
        )
    all_cases = signals["counts"]["cases_by_product"]["tisagenlecleucel"]
    assert all(compared + left == all_cases for _, compared, left, _ in rows)
    left = {name: left for name, _, left, _ in rows}
    assert left["all"] == left["non_car_t"] == 0
    assert left["haem_onc"] == left["all_adults"] == left["car_t_children"] == all_cases
    assert all(said for name, _, _, said in rows if name == "haem_onc")


def test_a_second_ingest_of_the_same_files_changes_no_byte(run, ingested, shared):
    lake = Lake(run.root / "lake")
    before = {name: lake.version(name) for name in ("raw_demo", "report_version", "gate_result", "run")}
    again = run("ingest", "faers", *(shared / "data" / "faers" / name for name in REAL_ARCHIVES))
    assert again["counts"]["unchanged"] == 5
    assert {name: lake.version(name) for name in before} == before


def test_a_second_look_at_the_same_signals_computes_nothing(run, signals):
    again = run("signals", "--as-of", "2022Q3")
    assert again["run_id"] == signals["run_id"]
    assert any("unchanged" in warning for warning in again["warnings"])

"""Generated quarters with known defects, from bytes to signals: nothing lost, nothing doubled, any order."""

import json
import os
import shutil
import signal
import subprocess
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.contract.core import CORE_TABLES
from pipeline.contract.raw import RAW_TABLES
from pipeline.demo.archive import read_manifest
from pipeline.demo.planted import PLANTED
from pipeline.lake.delta import Lake
from pipeline.lake.warehouse import Warehouse

pytestmark = pytest.mark.slow
MARTS = ("case_current", "waterfall", "pair_count", "prior", "signal")


@pytest.fixture(scope="module")
def lake(counted, tmp_path_factory):
    """The four quarters in the order they were published, with the signals of the last."""
    return shutil.copytree(counted, tmp_path_factory.mktemp("lake") / "lake")


def contents(root, *names):
    """Bytes of every live data file of these tables, by partition."""
    return {
        (name, *file.partition.values()): file.path.read_bytes() for name in names for file in Lake(root).files(name)
    }


def rows(root, query, *names, **mount):
    with Warehouse(Settings()) as warehouse:
        warehouse.mount(Lake(root), *names, **mount)
        return warehouse.rows(query)


def test_every_planted_record_is_kept_and_every_unreadable_line_rejected(lake, history):
    found = {
        (quarter, table): (kept, rejected)
        for quarter, table, kept, rejected in rows(
            lake,
            'SELECT quarter, "table", sum(n_kept)::BIGINT, sum(n_rejected)::BIGINT FROM source_file GROUP BY ALL',
            "source_file",
        )
    }
    for archive in history:
        planted = read_manifest(archive)
        for kind, n in planted.records.items():
            assert found[(planted.quarter, f"raw_{kind.lower()}")] == (n, planted.unreadable.get(kind, 0)), kind


def test_rejected_lines_keep_their_file_number_and_text(lake, history):
    with zipfile.ZipFile(history[0]) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    found = rows(
        lake, "SELECT file, line, text FROM rejected WHERE quarter = '2023Q1' AND reason <> 'blank line'", "rejected"
    )
    assert found
    for file, line, text in found:
        published = texts[file].split(b"\n")[line - 1].rstrip(b"\r")
        assert text in {published.decode("utf-8", "replace"), published.decode("latin-1")}


def test_quarters_loaded_backwards_and_one_by_one_end_in_the_same_bytes(lake, history, tmp_path, command):
    for archive in reversed(history):
        command(tmp_path, "ingest", "faers", archive)
    command(tmp_path, "ingest", "faers", history[1])
    command(tmp_path, "signals")
    names = [table.name for table in (*RAW_TABLES, *CORE_TABLES)]
    assert contents(tmp_path, *names, *MARTS) == contents(lake, *names, *MARTS)


def test_an_earlier_data_lock_point_ignores_what_came_later(counted_twice, ingested, tmp_path, command):
    early = shutil.copytree(ingested(2), tmp_path / "early")
    before = command(early, "signals", "--as-of", "2023Q2", "--out", tmp_path / "out")
    late = shutil.copytree(counted_twice, tmp_path / "late")
    after = command(late, "signals", "--as-of", "2023Q2", "--out", tmp_path / "later")
    assert (tmp_path / "out" / "signal.csv").read_bytes() == (tmp_path / "later" / "signal.csv").read_bytes()
    assert before["run_id"] == after["run_id"]


def test_planted_signals_are_found(lake):
    query = "SELECT product, event, is_signal FROM signal WHERE a >= 5 AND event_kind = 'pt' AND comparator = 'all' AND as_of = '2023Q4'"
    found = {(product, event.upper()): fires for product, event, fires in rows(lake, query, "signal")}
    strong = [
        found[item.product, item.pt.upper()]
        for item in PLANTED
        if item.strength >= 50 and (item.product, item.pt.upper()) in found
    ]
    assert len(strong) >= 15
    assert sum(strong) >= 0.9 * len(strong)


def test_a_case_that_lost_its_product_leaves_it(counted_twice, history):
    dropped = {case for archive in history for case in read_manifest(archive).dropped}
    assert dropped
    with Warehouse(Settings()) as warehouse:
        warehouse.mount(Lake(counted_twice), "case_current", "case_drug")
        still = warehouse.rows(
            "SELECT c.case_id FROM case_current AS c JOIN case_drug AS d USING (quarter, report_id) WHERE d.drug_name ILIKE 'kymriah%'"
        )
    assert not dropped & {int(case) for (case,) in still}


def test_withdrawn_cases_are_gone(lake, history):
    withdrawn = {int(case) for archive in history for case in read_manifest(archive).withdrawn}
    current = {
        int(case) for (case,) in rows(lake, "SELECT case_id FROM case_current WHERE as_of = '2023Q4'", "case_current")
    }
    published = {
        int(case)
        for (case,) in rows(
            lake, "SELECT DISTINCT case_id FROM report_version WHERE case_id IS NOT NULL", "report_version"
        )
    }
    assert withdrawn & published
    assert not withdrawn & current


def test_a_quarter_with_every_term_empty_stops_and_leaves_the_previous_data_current(history, begun, tmp_path, command):
    core = contents(begun, "case_reaction", "report_version")
    broken = tmp_path / "faers_ascii_2023q1.zip"
    with zipfile.ZipFile(history[0]) as archive, zipfile.ZipFile(broken, "w") as copy:
        for name in archive.namelist():
            data = archive.read(name)
            copy.writestr(
                name, _without_terms(data) if "REAC" in name else data + b"1\n2\n" if "DELETE" in name else data
            )
    withdrawn = rows(begun, "SELECT count(*) FROM withdrawn_case", "withdrawn_case")
    error = command(begun, "ingest", "faers", broken, history[1], fails=11)
    assert "empty" in error
    assert rows(begun, "SELECT count(*) FROM withdrawn_case WHERE quarter = '2023Q1'", "withdrawn_case") == withdrawn
    assert Lake(begun).partitions("report_version") == ["2023Q1", "2023Q2"], "the sound quarter had its turn"
    assert "empty" in command(begun, "validate", "--quarter", "2023Q1", fails=11)
    assert core.items() <= contents(begun, "case_reaction", "report_version").items()
    terms = rows(
        begun,
        "SELECT count(pt) FROM raw_reac WHERE quarter = '2023Q1' GROUP BY edition ORDER BY edition",
        "raw_reac",
    )
    assert [n > 0 for (n,) in terms] == [True, False], "the first issue stays beside the refused one"
    status = [row for row in command(begun, "status")["counts"]["quarters"] if row["quarter"] == "2023Q1"]
    assert [(row["typed"], row["is_current"]) for row in status] == [("current", True), ("none", False)]
    command(begun, "ingest", "faers", history[0])
    assert core.items() <= contents(begun, "case_reaction", "report_version").items()


def test_a_refused_quarter_still_gives_its_report_as_json(history, tmp_path):
    broken = tmp_path / "faers_ascii_2023q1.zip"
    with zipfile.ZipFile(history[0]) as archive, zipfile.ZipFile(broken, "w") as copy:
        for name in archive.namelist():
            copy.writestr(name, _without_terms(archive.read(name)) if "REAC" in name else archive.read(name))
    done = CliRunner().invoke(main, ["--lake", str(tmp_path / "lake"), "ingest", "faers", str(broken), "--json"])
    assert done.exit_code == 11
    told = json.loads(done.stdout)
    assert told["counts"]["read"] == told["counts"]["kept"] + told["counts"]["rejected"] > 0
    assert any(rule["severity"] == "critical" and not rule["passed"] for rule in told["gate"])


def _without_terms(data):
    head, *lines = data.split(b"\n")
    emptied = [
        b"$".join([*line.split(b"$")[:2], b"", *line.split(b"$")[3:]]) if line.count(b"$") >= 3 else line
        for line in lines
    ]
    return b"\n".join([head, *emptied])


MOMENTS = {
    "while landing": "landing/faers/2023Q2/*",
    "while reading": "_staging/2023Q2/raw_*.parquet",
    "between raw tables": "raw_drug/quarter=2023Q2/*",
    "while typing": "_staging/2023Q2/case_drug.parquet",
    "between typed tables": "case_drug/quarter=2023Q2/*",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_ingest_killed_at_any_moment_leaves_a_readable_lake_and_a_clean_rerun(
    history, begun, python, command, moment
):
    before = contents(begun, "report_version", "case_drug")
    words = [python, "-m", "pipeline.cli", "--lake", str(begun), "ingest", "faers", str(history[1])]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not any(begun.glob(MOMENTS[moment])):
            assert process.poll() is None, "the ingest ended before it could be killed"
            time.sleep(0.002)
        os.kill(process.pid, signal.SIGKILL)
    still = contents(begun, "report_version", "case_drug")
    assert {key: still[key] for key in before} == before
    command(begun, "ingest", "faers", history[1])
    counted = rows(
        begun,
        "SELECT quarter, count(*), count(DISTINCT (report_id, line)) FROM report_version GROUP BY ALL",
        "report_version",
    )
    assert all(n == distinct for _, n, distinct in counted)
    assert len(counted) == 2


def test_an_interrupted_set_of_tables_is_refused_not_mixed(history, begun, tmp_path, command):
    lake = Lake(begun)
    (file,) = lake.files("case_drug")
    stray = tmp_path / "stray.parquet"
    stray.write_bytes(file.path.read_bytes())
    from pipeline.lake.delta import Run

    lake.commit("case_drug", file.partition, stray, Run("ingest", "0123456789abcdef", "other"), file.n_rows)
    assert "was interrupted" in command(begun, "resolve", fails=14)
    command(begun, "ingest", "faers", history[0])
    command(begun, "resolve")


def test_nothing_is_written_outside_the_lake(history, tmp_path, python):
    work = tmp_path / "work"
    work.mkdir()
    words = [python, "-m", "pipeline.cli", "--lake", str(tmp_path / "lake"), "ingest", "faers", str(history[0])]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), "TMPDIR": str(work)}
    subprocess.run(words, cwd=work, check=True, capture_output=True, env=environment)
    assert list(work.iterdir()) == []

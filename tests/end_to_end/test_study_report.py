"""The interim report of a study as a person asks for it, on a generated cohort in a lake."""

import csv
import json
import re

import openpyxl
import pyarrow as pa
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.contract.study import PATIENT_TABLES
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.steps.study import run_study
from tests.studycohort import DLP, drawn, event, patient, tables

pytestmark = pytest.mark.slow
STUDY, AS_OF = "demo", DLP.isoformat()
NAME = f"study-report-{STUDY}-{AS_OF}"
FEW = tables(
    subject=[
        patient("p1", contact="2024-01-01"),
        patient("p2", death="2021-03-01"),
        patient("p3", contact="2020-02-01"),
    ],
    event=[event("p1", "Cytokine release syndrome", "2020-01-04", ["crs"], 3, "crs_astct_2019")],
)


def put(root, tables, run_id="ingest1", study=STUDY, as_of=AS_OF):
    """Patients into the lake, as an ingest of that id would leave them."""
    lake, partition = Lake(root), {"study_id": study, "as_of": as_of}
    with lake.staging("test") as folder:
        for table in PATIENT_TABLES:
            path = folder / f"{table.name}.parquet"
            n_rows = write_rows(table, tables[table.name], path)
            lake.commit(table.name, partition, path, Run("test", run_id, "code"), n_rows)


@pytest.fixture(scope="module")
def cohort():
    """Eighty generated patients."""
    return drawn(80, seed=5)


@pytest.fixture(scope="module")
def estimated(tmp_path_factory, cohort):
    """A lake with the cohort and its estimates."""
    root = tmp_path_factory.mktemp("study") / "lake"
    put(root, cohort)
    run_study(Settings(lake=str(root)))
    return root


@pytest.fixture(scope="module")
def written(estimated, tmp_path_factory):
    """Both copies in every format, as the command writes them; returns the folder."""
    out = tmp_path_factory.mktemp("out")
    for more in ((), ("--public",)):
        done = CliRunner().invoke(
            main, ["--lake", str(estimated), "study", "report", "--out", str(out), *more, "--json"]
        )
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["as_of"] == AS_OF
    return out


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_regulators_copy_is_whole(written, cohort):
    page = (written / f"{NAME}.html").read_text(encoding="utf-8")
    assert "Regulator&#39;s copy" in page
    assert f"as of {AS_OF}" in page
    tumours = cohort["study_malignancy"]["subject_id"].to_pylist()
    assert tumours
    assert all(subject in page for subject in tumours)
    assert len(rows(written / f"{NAME}-csv" / "malignancy.csv")) == len(tumours)


def test_the_public_copy_names_no_patient_and_prints_no_small_count(written, cohort):
    subjects = set(cohort["study_subject"]["subject_id"].to_pylist())
    folder = written / f"{NAME}-public-csv"
    texts = [path.read_text(encoding="utf-8") for path in (written / f"{NAME}-public.html", *sorted(folder.iterdir()))]
    assert not [subject for subject in subjects for text in texts if subject in text]
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.txt",
        "characteristic.csv",
        "curve.csv",
        "estimate.csv",
        "parameter.csv",
    ]
    for row in rows(folder / "estimate.csv"):
        counts = [int(row[name]) for name in ("n_patients", "n_events", "n_at_risk", "n_left_out") if row[name]]
        assert not [n for n in counts if 0 < n < 5], row
    assert not [row for row in rows(folder / "characteristic.csv") if row["n_patients"] and int(row["n_patients"]) < 5]


TEXTS = [
    (table.name, column.name)
    for table in PATIENT_TABLES
    for column in table.columns
    if column.type == "text" and not column.allowed and column.name not in {*table.key, "sex_code", "scale"}
]
MARK = "Brought By Mr Smith"


def test_no_text_of_the_registry_stands_in_the_public_copy(cohort, command, tmp_path):
    marked = dict(cohort)
    for name, column in TEXTS:
        table = marked[name]
        texts = pa.array([f"{MARK} {at % 3}" for at in range(table.num_rows)], pa.string())
        marked[name] = table.set_column(table.column_names.index(column), table.schema.field(column), texts)
    put(tmp_path / "lake", marked)
    run_study(Settings(lake=str(tmp_path / "lake")))
    for more in ((), ("--public",)):
        command(
            tmp_path / "lake",
            "study",
            "report",
            "--out",
            tmp_path / "out",
            "--format",
            "csv",
            "--format",
            "html",
            *more,
        )
    public = [
        path for path in (tmp_path / "out").rglob("*") if path.is_file() and "public" in str(path.relative_to(tmp_path))
    ]
    assert len(public) > 4
    assert not [path.name for path in public if MARK in path.read_text(encoding="utf-8")]
    assert MARK in (tmp_path / "out" / f"{NAME}.html").read_text(encoding="utf-8")


def test_page_files_and_workbook_say_the_same(written):
    told = rows(written / f"{NAME}-csv" / "estimate.csv")
    book = openpyxl.load_workbook(written / f"{NAME}.xlsx", read_only=True)
    sheet = book["estimate"]
    assert sheet.max_row - 1 == len(told)
    assert [cell.value for cell in next(sheet.iter_rows())] == list(told[0])
    assert book.sheetnames[0] == "README"
    page = (written / f"{NAME}.html").read_text(encoding="utf-8")
    (infused,) = [row for row in told if row["estimand"] == "infused"]
    assert re.search(rf"<dt>Infused</dt><dd>{int(float(infused['estimate']))}</dd>", page)


def test_completeness_stands_before_every_number_that_rests_on_it(written):
    page = (written / f"{NAME}.html").read_text(encoding="utf-8")
    assert page.index('<h2 id="completeness">') < page.index('<h2 id="occurrence">') < page.index('<h2 id="survival">')


def test_the_same_lake_gives_the_same_bytes(written, estimated, command, tmp_path):
    command(estimated, "study", "report", "--out", tmp_path)
    for path in sorted(written.rglob(f"{NAME}*")):
        if "public" not in path.name and path.is_file():
            assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name
    again = sorted((tmp_path / f"{NAME}-csv").iterdir())
    assert [path.read_bytes() for path in again] == [
        (written / f"{NAME}-csv" / path.name).read_bytes() for path in again
    ]


def test_one_format_is_enough(estimated, command, tmp_path):
    done = command(estimated, "study", "report", "--out", tmp_path, "--format", "csv")
    assert [path.name for path in tmp_path.iterdir()] == [f"{NAME}-csv"]
    assert done["outputs"] == [str(tmp_path / f"{NAME}-csv")]


def test_a_lake_without_a_study_is_told_what_to_do(command, tmp_path):
    assert "holds no study" in command(tmp_path / "lake", "study", "report", "--out", tmp_path / "out", fails=15)
    assert not (tmp_path / "out").exists()


def test_a_study_without_estimates_is_told_what_to_do(command, cohort, tmp_path):
    put(tmp_path / "lake", cohort)
    said = command(tmp_path / "lake", "study", "report", "--out", tmp_path / "out", fails=15)
    assert f"run 'cartwatch study run --study {STUDY} --as-of {AS_OF}' first" in said


def test_a_cut_off_or_a_study_that_is_not_held_is_refused(estimated, command, tmp_path):
    assert "it is as of" in command(estimated, "study", "report", "--as-of", "2020-06-30", "--out", tmp_path, fails=15)
    assert "it holds demo" in command(estimated, "study", "report", "--study", "other", "--out", tmp_path, fails=15)
    assert "is no day" in command(estimated, "study", "report", "--as-of", "2026", "--out", tmp_path, fails=2)


def test_estimates_of_other_patients_are_never_reported(command, tmp_path):
    put(tmp_path / "lake", FEW)
    run_study(Settings(lake=str(tmp_path / "lake")))
    put(tmp_path / "lake", tables(subject=[patient("p1", contact="2024-01-01")]), run_id="ingest2")
    said = command(tmp_path / "lake", "study", "report", "--out", tmp_path / "out", fails=14)
    assert "ingested again after the estimates were made" in said


def test_a_handful_of_patients_still_makes_both_copies(command, tmp_path):
    put(tmp_path / "lake", FEW)
    run_study(Settings(lake=str(tmp_path / "lake")))
    for more in ((), ("--public",)):
        command(tmp_path / "lake", "study", "report", "--out", tmp_path / "out", "--format", "html", *more)
    public = (tmp_path / "out" / f"{NAME}-public.html").read_text(encoding="utf-8")
    assert "hidden" in public

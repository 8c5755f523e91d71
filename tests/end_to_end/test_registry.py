"""A registry extract into the lake: the same from any format, twice the same, and no patient's name in any byte."""

import datetime as dt
import hashlib
import json

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.contract.study import PATIENT_TABLES
from pipeline.errors import GateFailed, UsageError
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.lake.delta import Lake
from pipeline.steps.registry import ingest_registry
from pipeline.steps.status import lake_status
from pipeline.study.gradingscales import scales
from tests.registryfiles import CUTOFF, IDENTIFIERS, KEY, OTHER_KEY, WRITERS, small, write

TABLES = tuple(table.name for table in PATIENT_TABLES)
DAY = dt.date.fromisoformat(CUTOFF)


def ingest(lake, folder, key=KEY, **more):
    return ingest_registry(Settings(lake=str(lake), threads=1, pseudonym_key=key), folder, DAY, **more)


def held(lake, name):
    """Rows of a table, in their order."""
    return [row for file in Lake(lake).files(name) for row in pq.ParquetFile(file.path).read().to_pylist()]


def contents(lake):
    """Every file of the lake with the hash of its bytes."""
    return {
        path.relative_to(lake).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(lake.rglob("*"))
        if path.is_file() and "_locks" not in path.parts
    }


@pytest.fixture(scope="module")
def ingested(tmp_path_factory):
    """The small extract as CSV in a lake: its folder, the lake and the report."""
    root = tmp_path_factory.mktemp("registry")
    folder = write(root / "extract", small())
    return folder, root / "lake", ingest(root / "lake", folder)


def typed_tables(folder):
    """Tables of the study as an extract gives them, without a lake and a gate, and what would be kept of its records."""
    typed = type_extract(read_extract(folder), Pseudonyms(KEY, "ltfu"), DAY, scales())
    return {name: table.to_pylist() for name, table in study_tables(typed.rows).items()}, typed.contents


@pytest.mark.parametrize("form", WRITERS)
def test_every_format_gives_the_same_tables(ingested, tmp_path, form):
    tables, kept = typed_tables(write(tmp_path / form, small(), form))
    assert tables == {name: held(ingested[1], name) for name in TABLES}
    contents = [json.loads(text) for batch in kept.record_batches() for text in batch["content"].to_pylist()]
    assert contents == [json.loads(row["content"]) for row in held(ingested[1], "registry_record")]


def test_every_record_is_kept_or_rejected(ingested):
    n_records = sum(len(rows) for rows in small().values())
    counts = ingested[2].counts
    assert counts["n_read"] == n_records == counts["n_kept"] + counts["n_rejected"]
    assert len(held(ingested[1], "registry_record")) == n_records


def test_a_patient_is_read_from_all_domains(ingested):
    rows = held(ingested[1], "study_subject")
    by_centre = {(row["centre_id"], row["sex_code"]): row for row in rows}
    first, second = by_centre["101", "F"], by_centre["101", "M"]
    assert first["indication"] == "lbcl"
    assert first["product"] == second["product"] == "tisagenlecleucel"
    assert (first["country_code"], second["country_code"]) == ("US", "DE")
    assert first["leukapheresis_date"] == dt.date(2021, 12, 10)
    assert (first["n_prior_lines"], first["has_prior_transplant"], second["has_prior_transplant"]) == (3, False, True)
    assert second["age_years"] == 12.0
    assert (second["death_date"], second["death_cause"]) == (dt.date(2023, 2, 3), "second_malignancy")
    assert (first["reporting_track"], second["reporting_track"]) == ("fifteen_years", "hundred_days")
    never = by_centre["102", None]
    assert (never["infusion_date"], never["product"], never["enrolment_date"]) == (None, None, dt.date(2024, 5, 2))


def test_what_befell_a_patient_is_typed(ingested):
    lake = ingested[1]
    events = {row["pt"]: row for row in held(lake, "study_event")}
    crs, pneumonia = events["Cytokine release syndrome"], events["Pneumonia"]
    assert (crs["grade"], crs["scale"], crs["endpoints"]) == (3, "crs_astct_2019", ["crs"])
    assert (pneumonia["grade"], pneumonia["scale"]) == (2, None)
    assert (pneumonia["start_date"], pneumonia["start_text"], pneumonia["start_precision"]) == (
        None,
        "2022-05",
        "month",
    )
    assert {row["dose_cells"] for row in held(lake, "study_infusion")} == {3e8, 1.5e8}
    assert all(row["is_index"] for row in held(lake, "study_infusion"))
    assert {row["visit"] for row in held(lake, "study_visit")} == {"day_100", "month_6", "year_1", "year_2", None}
    (malignancy,) = held(lake, "study_malignancy")
    assert malignancy["transgene_result"] == "positive"
    assert malignancy["vector_copy_number"] == 0.52
    assert malignancy["n_adjudicators"] == 2
    assert malignancy["integration_site"] is None
    samples = {row["kind"]: (row["result_percent"], row["is_positive"]) for row in held(lake, "study_sample")}
    assert samples == {"vector_persistence": (2.5, None), "replication_competent_lentivirus": (None, False)}


def test_no_identifier_is_in_the_lake_in_the_report_or_on_the_screen(ingested, capsys):
    _, lake, report = ingested
    told = report.as_json()
    for path in lake.rglob("*"):
        if path.is_file():
            told += path.name + path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            told += repr(pq.ParquetFile(path).read().to_pylist())
    assert "CR" in told
    assert [name for name in (*IDENTIFIERS, KEY) if name in told] == []
    assert capsys.readouterr() == ("", "")


def test_the_content_of_a_record_says_what_was_withheld(ingested):
    rows = held(ingested[1], "registry_record")
    patient = json.loads(next(row["content"] for row in rows if (row["domain"], row["line"]) == ("DM", 1)))
    assert patient["_withheld"] == ["BRTHDTC", "PATNAME"]
    assert patient["USUBJID"] == next(row["subject_id"] for row in rows if (row["domain"], row["line"]) == ("DM", 1))
    assert patient["RFSTDTC"] == "2022-01-10"
    assert "Withheld, as the mapping does not name them: DM/PATNAME." in ingested[2].warnings


def test_the_same_extract_again_changes_no_byte_wherever_it_lies(ingested, tmp_path):
    lake = ingested[1]
    before = contents(lake)
    again = ingest(lake, write(tmp_path / "elsewhere", small()))
    assert contents(lake) == before
    assert again.run_id == ingested[2].run_id
    assert again.warnings == ["Study ltfu as of 2024-06-30 is unchanged: nothing was done."]


def test_the_order_of_the_records_changes_no_row_of_the_study(ingested, tmp_path):
    turned = {name: list(reversed(rows)) for name, rows in small().items()}
    assert typed_tables(write(tmp_path, turned))[0] == {name: held(ingested[1], name) for name in TABLES}


def test_another_key_for_the_same_study_is_refused(ingested):
    folder, lake_of_csv, _ = ingested
    before = contents(lake_of_csv)
    with pytest.raises(UsageError, match="was ingested under another CARTWATCH_PSEUDONYM_KEY") as refused:
        ingest(lake_of_csv, folder, key=OTHER_KEY)
    assert OTHER_KEY not in str(refused.value)
    assert contents(lake_of_csv) == before


@pytest.mark.parametrize("after", [1, 9])
def test_an_ingest_broken_off_between_two_tables_is_seen_and_taken_up_again(ingested, tmp_path, monkeypatch, after):
    folder, lake_of_csv, _ = ingested
    lake = tmp_path / "lake"
    whole, n_done = Lake.commit, [0]

    def commit(self, *arguments):
        n_done[0] += 1
        if n_done[0] > after:
            raise KeyboardInterrupt
        return whole(self, *arguments)

    monkeypatch.setattr(Lake, "commit", commit)
    with pytest.raises(KeyboardInterrupt):
        ingest(lake, folder)
    monkeypatch.setattr(Lake, "commit", whole)
    (study,) = lake_status(Settings(lake=str(lake))).counts["studies"]
    assert study["patients"] == 0
    assert study["typed"] == "none"
    ingest(lake, folder)
    parquet = {path: hash_ for path, hash_ in contents(lake_of_csv).items() if path.endswith(".parquet")}
    assert {path: hash_ for path, hash_ in contents(lake).items() if path.endswith(".parquet")} == parquet
    (study,) = lake_status(Settings(lake=str(lake))).counts["studies"]
    assert (study["patients"], study["typed"]) == (3, "current")


def test_a_refused_extract_leaves_the_previous_tables_and_keeps_its_records(ingested, tmp_path):
    folder, _, _ = ingested
    lake = tmp_path / "lake"
    ingest(lake, folder)
    before = {name: held(lake, name) for name in TABLES}
    wrong = small()
    wrong["DM"][1]["DTHDTC"] = "2022-02-01"  # before infusion
    wrong["DM"][1]["RFPENDTC"] = None
    with pytest.raises(GateFailed, match="impossible_follow_up") as refused:
        ingest(lake, write(tmp_path / "wrong", wrong))
    assert {name: held(lake, name) for name in TABLES} == before
    assert "CRID" not in str(refused.value)
    (study,) = lake_status(Settings(lake=str(lake))).counts["studies"]
    assert study["typed"] == "older"
    kept = [json.loads(row["counts"]) for row in held(lake, "run")]
    assert sorted(len([rule for rule in run["gate"] if rule["severity"] == "critical"]) for run in kept) == [0, 1]


def test_the_cut_off_decides_what_was_known(tmp_path):
    folder = write(tmp_path / "extract", small())
    settings = Settings(lake=str(tmp_path / "lake"), threads=1, pseudonym_key=KEY)
    report = ingest_registry(settings, folder, dt.date(2022, 6, 30))
    reasons = report.counts["reasons"]
    assert reasons["AE AEDTC is after the cut-off"] == 1
    assert reasons["SV SVSTDTC is after the cut-off"] == 3
    assert reasons["SV SVDTC is after the cut-off"] == 2
    assert reasons["FA DIAGDTC is after the cut-off"] == 9
    deaths = [row["death_date"] for row in held(tmp_path / "lake", "study_subject")]
    assert deaths == [None, None]  # the third patient enrolled later
    assert held(tmp_path / "lake", "study_malignancy") == []
    counts = report.counts
    assert counts["n_read"] == counts["n_kept"] + counts["n_rejected"]


def test_deaths_and_infusions_without_a_day_are_counted_in_the_warnings(tmp_path):
    domains = small()
    domains["DM"][0] |= {"RFSTDTC": "2022-02", "DTHFL": "Y"}
    domains["DM"][1] |= {"DTHDTC": "2023", "RFPENDTC": "2023-01-05"}
    domains["DS"] = [row for row in domains["DS"] if row["DSDECOD"] != "DEATH"]
    settings = Settings(lake=str(tmp_path / "lake"), threads=1, pseudonym_key=KEY)
    report = ingest_registry(settings, write(tmp_path / "extract", domains), dt.date.fromisoformat(CUTOFF))
    told = [warning for warning in report.warnings if warning.startswith("warning: study_subject undated")]
    assert told == [
        "warning: study_subject undated_death: a death without its day: survival is overstated (2)",
        "warning: study_subject undated_infusion: an infusion without day 0: not followed up (1)",
    ]
    contacts = {row["last_contact_date"] for row in held(tmp_path / "lake", "study_subject")}
    assert contacts == {dt.date(2024, 5, 1), dt.date(2023, 1, 5), dt.date(2024, 6, 1)}


def test_the_verb_ingests_and_status_shows_the_study(tmp_path, command, monkeypatch):
    folder = write(tmp_path / "extract", small())
    monkeypatch.setenv("CARTWATCH_PSEUDONYM_KEY", KEY)
    report = command(tmp_path / "lake", "ingest", "registry", folder, "--cutoff", CUTOFF)
    assert report["counts"]["study_id"] == "ltfu"
    (study,) = command(tmp_path / "lake", "status")["counts"]["studies"]
    assert study["study_id"] == "ltfu"
    assert (study["as_of"], study["patients"], study["typed"]) == (CUTOFF, 3, "current")


def test_the_verb_refuses_a_missing_or_short_key_without_showing_it(tmp_path, command, monkeypatch):
    folder = write(tmp_path / "extract", small())
    monkeypatch.delenv("CARTWATCH_PSEUDONYM_KEY", raising=False)
    assert "secrets.token_hex(32)" in command(
        tmp_path / "lake", "ingest", "registry", folder, "--cutoff", CUTOFF, fails=2
    )
    monkeypatch.setenv("CARTWATCH_PSEUDONYM_KEY", "short-secret")
    told = command(tmp_path / "lake", "ingest", "registry", folder, "--cutoff", CUTOFF, fails=2)
    assert "fewer than 32 characters" in told
    assert "short-secret" not in told
    assert "no day" in command(tmp_path / "lake", "ingest", "registry", folder, "--cutoff", "June", fails=2)
    assert not (tmp_path / "lake").exists()


def test_the_screen_shows_files_rows_and_reasons_whatever_the_registry_calls_its_columns(tmp_path, monkeypatch, caplog):
    caplog.set_level("DEBUG")
    domains = small()
    for row in domains["DM"]:
        row["INCIDENCE"] = "1"
    domains["AE"][0]["AEDECOD"] = None
    folder = write(tmp_path / "extract", domains)
    (folder / "prevalence.csv").write_text("USUBJID\n1\n")
    monkeypatch.setenv("CARTWATCH_PSEUDONYM_KEY", KEY)
    words = ["--lake", str(tmp_path / "lake"), "ingest", "registry", str(folder), "--cutoff", CUTOFF]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    for said in (
        "Records by file: read = kept + rejected",
        "AE.csv",
        "study_event",
        "AE AEDECOD is empty",
        "rules hold",
    ):
        assert said in done.output
    assert "DM/INCIDENCE" in done.output
    assert "./prevalence.csv was not read" in done.output
    assert [name for name in (*IDENTIFIERS, KEY) if name in done.output + caplog.text] == []
    shown = CliRunner().invoke(main, ["--lake", str(tmp_path / "lake"), "status"], catch_exceptions=False)
    assert "Follow-up studies" in shown.output

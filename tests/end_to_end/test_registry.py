"""A registry extract into the lake: the same from any format, twice the same, and no patient's name in any byte."""

import datetime as dt
import hashlib
import json
import shutil
from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.cohort.unasked import REASON
from pipeline.config import Settings
from pipeline.contract.owncohort import EXTRACT_TABLES
from pipeline.contract.renderings import arrow_schema
from pipeline.contract.tables import table as declared
from pipeline.errors import GateFailed, InputRefused, UsageError
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.steps.registry import ingest_registry
from pipeline.steps.status import lake_status
from pipeline.steps.study import run_study
from pipeline.steps.studyreport import write_study_report
from pipeline.study.gradingscales import scales
from tests.registryfiles import CUTOFF, IDENTIFIERS, KEY, OTHER_KEY, WRITERS, small, write

TABLES = tuple(table.name for table in EXTRACT_TABLES)
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


def test_what_no_file_of_the_extract_fills_is_said_and_not_told_as_none(tmp_path):
    report = ingest(tmp_path / "lake", write(tmp_path / "extract", small(FA=None)))
    named = "study_response, study_malignancy, study_sample"
    assert [warning for warning in report.warnings if f"fills {named}: what rests on it is not told" in warning]
    told = run_study(Settings(lake=str(tmp_path / "lake"), threads=1))
    assert told.warnings[1] == f"Not told, since no file of the extract fills it: what rests on {named}."
    reasons = {row["reason"] for row in held(tmp_path / "lake", "study_estimate") if row["analysis"] == "adjudication"}
    assert reasons == {REASON}


def test_an_extract_of_which_no_patient_can_be_used_is_refused_with_the_reason(ingested, tmp_path):
    before = contents(ingested[1])
    wrong = small()
    for row in wrong["DM"]:
        row["USUBJID"] = None
    folder = write(tmp_path / "extract", wrong)
    with pytest.raises(InputRefused, match=r"No patient of DM can be used as of 2024-06-30: USUBJID is empty \(3\)"):
        ingest(ingested[1], folder, study_id="ltfu")
    assert contents(ingested[1]) == before


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


@pytest.mark.parametrize("after", [1, 11])
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


def test_a_refused_extract_leaves_the_previous_tables_and_keeps_its_records(ingested, tmp_path, command):
    lake = shutil.copytree(ingested[1], tmp_path / "lake")
    before = {name: held(lake, name) for name in TABLES}
    wrong = small()
    wrong["DM"][1]["DTHDTC"] = "2022-02-01"  # before infusion
    wrong["DM"][1]["RFPENDTC"] = None
    with pytest.raises(GateFailed, match="impossible_follow_up") as refused:
        ingest(lake, write(tmp_path / "wrong", wrong))
    assert {name: held(lake, name) for name in TABLES} == before
    assert "CRID" not in str(refused.value)
    assert str(refused.value).endswith(
        "\nimpossible_follow_up: the patients of DM.csv, record 2, counted without the header"
    )
    (study,) = lake_status(Settings(lake=str(lake))).counts["studies"]
    assert study["typed"] == "older"
    kept = [json.loads(row["counts"])["broken_study_rules"]["critical"] for row in held(lake, "run")]
    assert sorted(kept) == [0, 1]
    assert study["gate"]["critical"] == 1
    assert len(Lake(lake).files("study_gate_result")) == 2
    assert "a later extract was refused" in command(lake, "validate", fails=11)
    said = "A later extract of ltfu as of 2024-06-30 was refused by the gate: the patients are those of the one before"
    assert run_study(Settings(lake=str(lake), threads=1)).warnings[0].startswith(said)
    told = write_study_report(Settings(lake=str(lake), threads=1), formats=["html"], out=tmp_path / "told")
    assert told.warnings[0].startswith(said)
    assert said in (tmp_path / "told" / "study-report-ltfu-2024-06-30.html").read_text(encoding="utf-8")
    shutil.rmtree(lake / "study_subject")
    told = command(lake, "validate", "--study", "ltfu", fails=11)
    assert "holds its records and no patients" in told
    assert "ingest the extract again" in told


@pytest.fixture(scope="module")
def flawed(tmp_path_factory):
    """An extract that breaks warnings in a lake of its own: the lake and the report."""
    root = tmp_path_factory.mktemp("flawed")
    domains = small()
    domains["DM"][0] |= {"DTHDTC": "2024-05"}
    domains["DM"][2] |= {"RFSTDTC": "2024-06"}
    domains["DS"][0] |= {"DSDECOD": "WITHDRAWAL BY SUBJECT", "DSSTDTC": None}
    domains["AE"][2]["AESTDTC"] = "2023-03-06"
    domains["SV"][0]["SVSTDTC"] = "2022-09-20"
    domains["EX"].append(dict(domains["EX"][0], EXSEQ="2"))
    return root / "lake", ingest(root / "lake", write(root / "extract", domains))


def test_what_the_gate_found_is_kept_as_tables(flawed):
    lake, report = flawed
    results = held(lake, "study_gate_result")
    assert len(results) == len(report.gate)
    told, kept = ({(row["table"], row["rule"]): row["found"] for row in rows} for rows in (report.gate, results))
    assert told == kept
    marked = held(lake, "study_quarantine")
    assert len(marked) == report.counts["quarantined_patient_rows"]
    found = {(row["rule"], row["table"], row["row_number"]) for row in marked}
    assert found >= {
        ("undated_death", "study_subject", None),
        ("undated_leaving", "study_subject", None),
        ("after_death", "study_event", 1),
    }
    assert {len(row["subject_id"]) for row in marked} == {24}
    assert {row["run_id"] for row in marked} == {report.run_id}
    (study,) = lake_status(Settings(lake=str(lake))).counts["studies"]
    assert (study["quarantined"], study["gate"]) == (len(marked), report.counts["broken_study_rules"])


def test_what_can_bias_survival_is_told_before_anything_else(flawed):
    _, report = flawed
    biasing = ("undated_death", "undated_infusion", "undated_leaving", "after_death")
    first = [next((rule for rule in biasing if f" {rule}: " in warning), None) for warning in report.warnings]
    assert set(first[:4]) == set(biasing)
    assert set(first[4:]) == {None}
    assert any("visit_outside_window" in warning for warning in report.warnings[4:])
    warned = [rule["rule"] for rule in report.gate if not rule["passed"] and rule["severity"] == "warning"]
    assert set(warned[:4]) == set(biasing)


def test_what_is_told_without_its_day_is_counted_in_the_warnings_and_moves_no_contact(flawed):
    lake, report = flawed
    assert [warning for warning in report.warnings if warning.startswith("warning: study_subject undated")] == [
        "warning: study_subject undated_death: a death without its day: survival is overstated (1)",
        "warning: study_subject undated_infusion: an infusion without day 0: not followed up (1)",
        "warning: study_subject undated_leaving: a withdrawal without its day (1)",
    ]
    contacts = {row["last_contact_date"] for row in held(lake, "study_subject")}
    assert contacts == {dt.date(2024, 5, 1), dt.date(2023, 2, 3), dt.date(2024, 6, 1)}


def test_a_second_bag_is_told_in_the_counts(flawed, ingested):
    lake, report = flawed
    assert (report.counts["n_joined_infusions"], ingested[2].counts["n_joined_infusions"]) == (1, 0)
    assert sorted(row["dose_cells"] for row in held(lake, "study_infusion")) == [1.5e8, 6e8]


def test_validate_asks_the_rules_of_a_study_again_and_changes_no_table_of_it(flawed, command):
    lake, report = flawed
    before = {path: hash_ for path, hash_ in contents(lake).items() if "study_gate_result" not in path}
    again = command(lake, "validate", "--study", "ltfu")
    assert [row["found"] for row in again["gate"]] == [row["found"] for row in report.gate]
    assert again["counts"] == {name: report.counts[name] for name in ("broken_study_rules", "quarantined_patient_rows")}
    assert {row["study_id"] for row in again["gate"]} == {"ltfu"}
    after = {path: hash_ for path, hash_ in contents(lake).items() if "study_gate_result" not in path}
    changed = [path for path in after if before.get(path) != after[path]]
    assert all(path.startswith("study_quarantine/") and path not in before for path in changed)
    assert ingest(lake, lake.parent / "extract").warnings == [
        "Study ltfu as of 2024-06-30 is unchanged: nothing was done."
    ]
    assert len(Lake(lake).files("study_gate_result")) == 2
    (study,) = command(lake, "status")["counts"]["studies"]
    assert study["gate"] == report.counts["broken_study_rules"]
    words = ["--lake", str(lake), "validate", "--table", "study_subject"]
    shown = CliRunner().invoke(main, words, catch_exceptions=False).output
    assert "Gate of the studies" in shown
    assert "undated_death" in shown
    assert "study_visit" not in shown
    assert len(Lake(lake).files("study_gate_result")) == 2


def test_validate_tells_a_study_that_does_not_pass_and_ends_with_the_gates_code(flawed, tmp_path, command):
    lake = shutil.copytree(flawed[0], tmp_path / "lake")
    two = [row | {"product": name} for row in held(lake, "study_infusion") for name in (row["product"], "another")]
    rows = [row | {"infusion_number": number} for number, row in enumerate(two, 1)]
    path = tmp_path / "study_infusion.parquet"
    table = declared("study_infusion")
    n_rows = write_rows(table, pa.Table.from_pylist(rows, arrow_schema(table, stored=True)), path)
    Lake(lake).commit(
        table.name, {"study_id": "ltfu", "as_of": CUTOFF}, path, Run("test", flawed[1].run_id, ""), n_rows
    )
    told = command(lake, "validate", fails=11)
    assert "ltfu as of 2024-06-30 breaks critical rules" in told
    assert "2 infusions on the day the clock starts (2)" in told
    assert "CRID" not in told


def test_a_study_of_an_earlier_version_of_cartwatch_is_told_and_not_read(flawed, tmp_path, command):
    lake = shutil.copytree(flawed[0], tmp_path / "lake")
    (file,) = Lake(lake).files("study_subject")
    path = tmp_path / "study_subject.parquet"
    pq.write_table(pq.ParquetFile(file.path).read().drop_columns("undated"), path)
    Lake(lake).commit("study_subject", file.partition, path, Run("test", file.run_id, ""), file.n_rows)
    (study,) = lake_status(Settings(lake=str(lake))).counts["studies"]
    assert study["typed"] == "outdated"
    assert "written by another version of cartwatch" in command(lake, "validate", fails=11)
    assert "ingested by another version of cartwatch" in command(lake, "study", "run", fails=14)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--study", "other"], 15, "does not hold the study other; it holds ltfu"),
        (["--quarter", "2024Q1"], 15, "holds no quarter: run 'cartwatch ingest faers' first."),
        (["--table", "raw_demo"], 15, "holds no quarter: run 'cartwatch ingest faers' first."),
        (["--table", "study_events"], 2, "has no rules for 'study_events'; it has rules for raw_demo"),
        (["--study", "ltfu", "--quarter", "2024Q1"], 2, "give --quarter or --study"),
        (["--study", "ltfu", "--table", "raw_demo"], 2, "raw_demo is no table of ltfu"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_validate_says_what_is_not_there_to_ask(flawed, command, arguments, code, said):
    assert said in command(flawed[0], "validate", *arguments, fails=code)


def test_the_cut_off_decides_what_was_known(tmp_path):
    given = read_extract(write(tmp_path / "extract", small()))
    typed = type_extract(given, Pseudonyms(KEY, "ltfu"), dt.date(2022, 6, 30), scales())
    reasons = Counter(f"{item.domain} {item.column} {item.reason}" for item in typed.ledger.refusals())
    assert reasons["AE AEDTC is after the cut-off"] == 1
    assert reasons["SV SVSTDTC is after the cut-off"] == 3
    assert reasons["SV SVDTC is after the cut-off"] == 2
    assert reasons["FA DIAGDTC is after the cut-off"] == 9
    assert [row["death_date"] for row in typed.rows["study_subject"]] == [
        None,
        None,
    ]  # the third patient enrolled later
    assert typed.rows["study_malignancy"] == []
    assert all(file["n_read"] == file["n_kept"] + file["n_rejected"] for file in typed.files(given))


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
    assert "quarantined" in shown.output

"""The command cartwatch study run on a cohort committed by hand: what it writes, refuses, hides, and that it writes it again."""

import csv
import datetime as dt
import importlib.util
import re
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.config import Settings
from pipeline.contract.study import PATIENT_TABLES
from pipeline.contract.studyresult import STUDY_RESULTS
from pipeline.errors import LakeConflict, NothingThere, UsageError
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.steps.study import run_study

pytestmark = pytest.mark.slow
SPEC = importlib.util.spec_from_file_location("studycohort", Path(__file__).resolve().parents[1] / "studycohort.py")
studycohort = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(studycohort)


def commit(lake, tables, as_of="2026-06-30", study="demo", run="a" * 16):
    """The tables of patients as one ingest would leave them."""
    with lake.staging("by-hand") as folder:
        for table in PATIENT_TABLES:
            path = folder / f"{table.name}.parquet"
            n_rows = write_rows(table, tables[table.name], path)
            lake.commit(table.name, {"study_id": study, "as_of": as_of}, path, Run("ingest", run, "test"), n_rows)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    settings = Settings(lake=str(tmp_path_factory.mktemp("study") / "lake"))
    commit(Lake(settings.lake), studycohort.drawn(400))
    return settings


@pytest.fixture(scope="module")
def computed(settings):
    return run_study(settings)


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def stored(settings):
    return [file.path.read_bytes() for table in STUDY_RESULTS for file in Lake(settings.lake).files(table.name)]


def test_the_command_writes_estimates_and_curves_and_computes_them_once(settings, computed, command, tmp_path):
    before = stored(settings)
    said = command(settings.lake, "study", "run", "--out", tmp_path)
    assert said["run_id"] == computed.run_id
    assert any("unchanged" in warning for warning in said["warnings"])
    names = ["study_curve.csv", "study_curve.parquet", "study_estimate.csv", "study_estimate.parquet"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    told = rows(tmp_path / "study_estimate.csv")
    assert len(told) == said["counts"]["rows"]
    for row in told:
        assert (row["is_told"] == "true") != bool(row["reason"]), row
        assert row["estimand_text"]
        assert row["unit"]
        assert row["as_of"] == "2026-06-30"
    assert stored(settings) == before


def test_completeness_is_said_before_anything_else(settings, computed, tmp_path):
    assert computed.warnings[0].startswith("Completeness of follow-up")
    run_study(settings, out=tmp_path)
    order = list(dict.fromkeys(row["analysis"] for row in rows(tmp_path / "study_estimate.csv")))
    assert order[:3] == ["accrual", "completeness", "visits"]


def test_the_same_tables_in_another_lake_give_the_same_bytes(settings, computed, tmp_path):
    other = Settings(lake=str(tmp_path / "lake"), threads=1)
    commit(Lake(other.lake), studycohort.drawn(400))
    run_study(other)
    assert stored(other) == stored(settings)


def test_a_public_export_hides_small_counts_and_the_lake_keeps_them(settings, computed, tmp_path):
    run_study(settings, out=tmp_path / "whole")
    run_study(settings, out=tmp_path / "public", public=True)
    whole = rows(tmp_path / "whole" / "study_estimate.csv")
    shown = rows(tmp_path / "public" / "study_estimate_public.csv")
    assert any(row["n_events"] and 0 < int(row["n_events"]) < 5 for row in whole)
    assert not any(row["n_events"] and 0 < int(row["n_events"]) < 5 for row in shown)
    assert not any(row["n_patients"] and 0 < int(row["n_patients"]) < 5 for row in shown)
    assert not any(row["estimate"] for row in shown if row["is_small"] == "true")
    assert any(row["n_at_risk"] and 0 < int(row["n_at_risk"]) < 5 for row in whole)
    assert {int(row["n_at_risk"]) % 5 for row in shown if row["n_at_risk"]} == {0}
    assert not any(re.search(r"\d+ remain", row["reason"]) for row in shown)


def test_a_second_public_copy_is_held_against_the_first_and_the_first_stays_as_it_is(tmp_path, command):
    lake = Lake(tmp_path / "lake")
    whole = studycohort.drawn(120, seed=4)
    newest = set(sorted(whole["study_subject"]["infusion_date"].to_pylist())[-3:])
    late = {one["subject_id"] for one in whole["study_subject"].to_pylist() if one["infusion_date"] in newest}
    commit(lake, {name: without(table, late) for name, table in whole.items()}, as_of="2026-06-30")
    commit(lake, whole, as_of="2026-07-31", run="b" * 16)
    said = [
        command(lake.root, "study", "run", "--as-of", as_of, "--public", "--out", tmp_path / f"{at}")["warnings"]
        for at, as_of in enumerate(("2026-06-30", "2026-07-31", "2026-06-30"))
    ]
    assert any("is the first that this lake knows of" in one for one in said[0])
    assert any("is held against those as of 2026-06-30" in one for one in said[1])
    assert any("was handed out before" in one for one in said[2])
    first, second = (
        {row["estimand"]: row for row in rows(tmp_path / f"{at}" / "study_estimate_public.csv")} for at in (0, 1)
    )
    assert first["infused"]["n_patients"] == str(whole["study_subject"].num_rows - len(late))
    assert second["infused"]["n_patients"] == ""
    for name in ("study_estimate_public.csv", "study_curve_public.csv"):
        assert (tmp_path / "2" / name).read_bytes() == (tmp_path / "0" / name).read_bytes()


def without(table, subjects):
    """The table without these patients."""
    return table.filter(pa.array([one not in subjects for one in table["subject_id"].to_pylist()], pa.bool_()))


def test_what_is_not_held_is_said_with_what_is(settings, computed, command):
    assert "is not held as of 2025-06-30; it is as of 2026-06-30" in command(
        settings.lake, "study", "run", "--as-of", "2025-06-30", fails=15
    )
    assert "holds no study other" in command(settings.lake, "study", "run", "--study", "other", fails=15)
    assert "give --out" in command(settings.lake, "study", "run", "--public", fails=2)
    assert "is no day" in command(settings.lake, "study", "run", "--as-of", "2024Q1", fails=2)


def test_an_empty_lake_has_no_study(tmp_path):
    with pytest.raises(NothingThere, match="holds no study"):
        run_study(Settings(lake=str(tmp_path)))


def test_of_two_studies_one_must_be_named(tmp_path):
    lake = Lake(tmp_path)
    for study in ("one", "two"):
        commit(lake, studycohort.tables(subject=[studycohort.patient("a", contact="2021-01-01")]), study=study)
    with pytest.raises(UsageError, match="one, two: say which"):
        run_study(Settings(lake=str(tmp_path)))
    assert run_study(Settings(lake=str(tmp_path)), study_id="two").as_of == "2026-06-30"


def test_an_empty_study_gives_reasons_and_no_number(tmp_path):
    commit(Lake(tmp_path), studycohort.tables())
    report = run_study(Settings(lake=str(tmp_path)), out=tmp_path / "out")
    assert report.counts["rows"] > 100
    told = [row for row in rows(tmp_path / "out" / "study_estimate.csv") if row["is_told"] == "true"]
    assert {row["analysis"] for row in told} <= {"accrual", "completeness", "visits", "adjudication", "deaths"}


def test_tables_of_two_ingests_are_refused(tmp_path):
    lake = Lake(tmp_path)
    commit(lake, studycohort.tables(subject=[studycohort.patient("a", contact="2021-01-01")]))
    table = PATIENT_TABLES[2]
    with lake.staging("half") as folder:
        write_rows(table, studycohort.tables()[table.name], folder / "x.parquet")
        lake.commit(
            table.name,
            {"study_id": "demo", "as_of": "2026-06-30"},
            folder / "x.parquet",
            Run("ingest", "b" * 16, "test"),
            0,
        )
    with pytest.raises(LakeConflict, match="was interrupted"):
        run_study(Settings(lake=str(tmp_path)))


def test_a_change_of_the_tables_is_seen(tmp_path):
    lake, settings = Lake(tmp_path), Settings(lake=str(tmp_path))
    one = studycohort.patient("a", contact="2021-01-01")
    commit(lake, studycohort.tables(subject=[one]))
    first = run_study(settings)
    commit(lake, studycohort.tables(subject=[one | {"last_contact_date": dt.date(2022, 1, 1)}]), run="c" * 16)
    assert run_study(settings).run_id != first.run_id


REFERENCE = "site,sex,age_low,age_high,year_low,year_high,cases,person_years,multiple_primary_rule,source\n"


def reference(path, rule="seer", cases=100):
    lines = [
        f"{site},{sex},0,130,2010,2030,{cases},100000,{rule},made up"
        for site in ("breast", "lung", "colorectum", "non_melanoma_skin")
        for sex in "FM"
    ]
    path.write_text(REFERENCE + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_second_malignancies_are_held_against_both_references(settings, computed, command, tmp_path):
    ours, theirs = reference(tmp_path / "population.csv"), reference(tmp_path / "survivors.csv", cases=300)
    said = command(
        settings.lake, "study", "run", "--rates", ours, "--survivor-rates", theirs, "--out", tmp_path / "out"
    )
    assert said["run_id"] != computed.run_id
    told = {
        (row["estimand"], row["method"]): row
        for row in rows(tmp_path / "out" / "study_estimate.csv")
        if row["analysis"] == "standardised" and row["event"] == "all_sites" and not row["window"]
    }
    ratio, other = (told[name, "garwood, seer"] for name in ("standardised_ratio", "survivor_ratio"))
    assert float(ratio["expected"]) == pytest.approx(0.003 * float(ratio["person_years"]))
    assert float(ratio["estimate"]) == pytest.approx(int(ratio["n_events"]) / float(ratio["expected"]))
    assert float(other["estimate"]) == pytest.approx(float(ratio["estimate"]) / 3)
    assert float(told["background_ratio", "count"]["estimate"]) == pytest.approx(3)
    run_study(settings)  # as the other tests found it


def test_references_under_two_rules_and_a_broken_one_are_refused_and_nothing_changes(
    settings, computed, command, tmp_path
):
    before = stored(settings)
    ours, theirs = reference(tmp_path / "population.csv"), reference(tmp_path / "survivors.csv", "first_primary")
    asked = ("study", "run", "--rates", ours, "--survivor-rates", theirs)
    refused = command(settings.lake, *asked, fails=13)
    assert "by seer" in refused
    assert "by first_primary" in refused
    (tmp_path / "broken.csv").write_text(REFERENCE + "breast,F,0\n", encoding="utf-8")
    assert "3 fields for 10 columns" in command(
        settings.lake, "study", "run", "--rates", tmp_path / "broken.csv", fails=10
    )
    assert stored(settings) == before

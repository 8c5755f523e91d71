"""From a registered plan to looks, a crossing, its signal, and the same look made again."""

import json
import shutil

import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.contract.study import PATIENT_TABLES
from pipeline.demo.history import write_history
from pipeline.governance import ledger as ledger_of_plans
from pipeline.governance.ledger import looks_of
from pipeline.governance.plan import register_plan
from pipeline.governance.planfile import plan_content
from pipeline.governance.store import open_store
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.steps import surveillance
from pipeline.steps.ingest import ingest
from pipeline.steps.report import write_report
from pipeline.steps.surveillance import run_looks
from tests.priors import no_priors
from tests.studycohort import patient, tables

PLAN = {
    "id": "tisa-fever",
    "title": "Fever with tisagenlecleucel",
    "world": "spontaneous",
    "product": "tisagenlecleucel",
    "endpoint": {"id": "fever", "scope": "narrow"},
    "design": {"id": "binomial_spending", "parameters": {"spending": "pocock", "share": 0.01, "looks": 3}},
    "expected": {"comparator": "all"},
    "alpha": 0.025,
    "family": {"id": "tisa", "alpha": 0.05},
    "maximum_length": 2000,
    "minimum_events": 2,
    "looks": {"every": "quarter", "from": "2023Q2", "to": "2023Q4"},
    "owner": "ada",
}
QUIET = PLAN | {
    "id": "tisa-infection",
    "endpoint": {"id": "infection", "scope": "narrow"},
    "design": {"id": "cusum", "parameters": {"share": 0.01, "events_per_look": 40}},
    "maximum_length": 3,
    "minimum_events": 1,
}


@pytest.fixture(scope="module")
def planned(counted_twice, tmp_path_factory):
    """A lake of four quarters, and two plans: one that crosses at once, and a chart that stays quiet."""
    lake = shutil.copytree(counted_twice, tmp_path_factory.mktemp("planned") / "lake")
    plans = tmp_path_factory.mktemp("plans")
    said = [
        ("actor", "add", "eve", "--name", "Eve Adams", "--role", "engineer"),
        ("actor", "add", "ada", "--name", "Ada Byron", "--role", "scientist", "--actor", "eve"),
    ]
    for content in (PLAN, QUIET):
        path = plans / f"{content['id']}.yaml"
        path.write_text(yaml.safe_dump(content))
        said.append(("plan", "register", str(path), "--actor", "ada"))
    for arguments in said:
        done = CliRunner().invoke(main, ["--lake", str(lake), *arguments])
        assert done.exit_code == 0, done.output
    return lake


@pytest.fixture(scope="module")
def looked(planned):
    """The same after the looks of the first two points, made by the engineer; with what the run said.

    The first finds its signals counted, the second has them counted; looks read no prior.
    """
    with no_priors():
        return run_looks(Settings(lake=str(planned), actor="eve"), "2023Q3"), planned


def ledger(lake, plan):
    with open_store(Settings(lake=str(lake))).reading() as connection:
        return looks_of(connection, plan)


def test_due_looks_are_made_in_turn_and_a_plan_ends_with_its_crossing(looked):
    report, lake = looked
    looks = report.details["looks"]
    assert [(one["look_id"], one["decision"]) for one in looks] == [
        ("tisa-fever:1", "crossed"),
        ("tisa-infection:1", "continue"),
        ("tisa-infection:2", "continue"),
    ]
    assert [row.dlp for row in ledger(lake, "tisa-infection")] == ["2023Q2", "2023Q3"]
    assert all(row.is_late for row in ledger(lake, "tisa-infection"))  # years after the quarters' ends
    assert report.counts["n_crossed"] == 1
    assert looks[0]["signal_id"] == 1
    assert 0 < looks[0]["ic025_ever_positive_by_chance"] < 1
    assert any("reporting alert" in warning for warning in report.warnings)


def test_counts_are_those_of_the_signals_as_of_the_look(looked, command):
    _, lake = looked
    shown = command(lake, "plan", "show", "tisa-fever")["counts"]["looks"][0]
    out = lake.parent / "signals"
    command(
        lake, "signals", "--as-of", "2023Q2", "--product", "tisagenlecleucel", "--comparator", "all", "--out", str(out)
    )
    rows = pd.read_parquet(out / "signal.parquet")
    row = rows[(rows["event"] == "fever") & (rows["scope"] == "narrow") & (rows["event_kind"] == "endpoint")].iloc[0]
    assert (shown["counts"]["observed"], shown["counts"]["compared"]) == (row["a"], row["c"])
    assert shown["counts"]["share"] == pytest.approx((row["a"] + row["b"]) / row["n_cases"])
    assert set(shown["snapshot"]["tables"]) >= {"report_version", "case_drug", "case_reaction"}


def test_the_same_run_again_changes_nothing(looked, command):
    _, lake = looked
    before = (lake / "governance.sqlite").read_bytes()
    again = command(lake, "plan", "look", "--as-of", "2023Q3", "--actor", "eve")
    assert again["counts"]["n_made"] == 0
    assert (lake / "governance.sqlite").read_bytes() == before


ASKED = {"as_of": "2023Q2", "product": "tisagenlecleucel", "formats": ["csv"]}


@pytest.fixture(scope="module")
def outdated(looked, tmp_path_factory):
    """A lake of looks and a report, into which an earlier quarter came afterwards; and that report."""
    folder = tmp_path_factory.mktemp("outdated")
    settings = Settings(lake=str(shutil.copytree(looked[1], folder / "lake")))
    first = write_report(settings, **ASKED, out=folder / "first")
    ingest(settings, write_history(folder, "2022Q4", "2022Q4", 300, 7))
    return folder / "lake", first


def test_a_look_is_the_same_made_again_even_after_later_data_came(outdated, without_priors_here, command, tmp_path):
    """An earlier quarter that arrives later would change the look; it is read as the tables were then."""
    lake, _ = outdated
    told = command(lake, "reproduce", "tisa-fever:1", "--out", str(tmp_path / "again"))
    assert told["counts"]["is_same"], told["differences"]
    kept = json.loads((tmp_path / "again" / "reproduced-tisa-fever-1.json").read_text())
    assert kept["kept"]["counts"] == kept["again"]["counts"]


def test_a_report_is_the_same_made_again_even_after_later_data_came(outdated, command, tmp_path):
    lake, first = outdated
    copy = shutil.copytree(lake, tmp_path / "lake")
    record = {path: path.read_bytes() for path in (copy / "run").rglob(f"{first.run_id}*.parquet")}
    assert record
    told = command(copy, "reproduce", first.run_id, "--out", str(tmp_path / "again"))
    assert told["counts"]["is_same"], told["differences"]
    assert record == {path: path.read_bytes() for path in (copy / "run").rglob(f"{first.run_id}*.parquet")}
    now = write_report(Settings(lake=str(copy)), **ASKED, out=tmp_path / "now")
    assert now.counts["files"] != first.counts["files"]  # the earlier quarter does change today's answer


def test_a_difference_is_explained_by_the_code_that_made_it(
    looked, without_priors_here, command, tmp_path, monkeypatch
):
    _, lake = looked
    copy = shutil.copytree(lake, tmp_path / "lake")
    counts = surveillance.report_counts
    monkeypatch.setattr(
        surveillance, "report_counts", lambda cells, before: counts(cells._replace(a=cells.a - 1), before)
    )
    monkeypatch.setattr("pipeline.steps.reproduce.code_version", lambda: "9.9.9+newer")
    told = command(copy, "reproduce", "tisa-fever:1", "--out", str(tmp_path / "again"))
    assert not told["counts"]["is_same"]
    observed = next(one for one in told["differences"] if one["what"] == "observed")
    assert observed["again"] == observed["kept"] - 1
    assert all("code: " in "".join(one["because"]) for one in told["differences"])


def test_a_look_that_was_not_made_can_be_skipped_with_a_reason_once_it_is_the_next(looked, command, tmp_path):
    _, lake = looked
    copy = shutil.copytree(lake, tmp_path / "lake")
    done = command(
        copy, "plan", "skip", "tisa-infection", "--look", "3", "--reason", "never published", "--actor", "ada"
    )
    assert done["looks"][0]["status"] == "skipped"
    assert command(copy, "plan", "look", "--actor", "eve")["counts"]["n_made"] == 0
    said = command(copy, "reproduce", "tisa-infection:3", "--out", str(tmp_path / "again"), fails=15)
    assert "was skipped: never published" in said


def test_a_plan_whose_endpoint_is_defined_otherwise_by_now_keeps_no_other_plan_waiting(looked, tmp_path, monkeypatch):
    """Of fever no look follows the crossing; a third plan of another endpoint is left due, and infection looks on."""
    _, lake = looked
    copy = shutil.copytree(lake, tmp_path / "lake")
    path = tmp_path / "plan.yaml"
    path.write_text(
        yaml.safe_dump(
            QUIET
            | {"id": "a-first", "endpoint": {"id": "aki", "scope": "narrow"}, "family": {"id": "b", "alpha": 0.05}}
        )
    )
    content = plan_content(path)
    with open_store(Settings(lake=str(copy))).writing("ada") as writing:
        register_plan(writing, content)
    version = ledger_of_plans.version_today
    monkeypatch.setattr(ledger_of_plans, "version_today", lambda name: "f" * 16 if name == "aki" else version(name))
    report = run_looks(Settings(lake=str(copy), actor="eve"))
    assert [one["look_id"] for one in report.details["looks"]] == ["tisa-infection:3"]
    assert report.counts["n_plans_left_due"] == 1
    (said,) = [one for one in report.warnings if "left due" in one]
    assert said.startswith("Look 1 of a-first as of 2023Q2 is left due: Plan a-first counts aki as version ")
    assert said.endswith("amend the plan, or look with the vocabulary of then.")


def commit_study(root, as_of, *malignancies):
    """A study of two patients as an ingest would leave it."""
    subjects = [patient(name, contact="2023-01-01") for name in ("secret-1", "secret-2")]
    lake, held = Lake(root), tables(subject=subjects, malignancy=list(malignancies))
    with lake.staging("by-hand") as folder:
        for table in PATIENT_TABLES:
            path = folder / f"{table.name}.parquet"
            n_rows = write_rows(table, held[table.name], path)
            lake.commit(table.name, {"study_id": "demo", "as_of": as_of}, path, Run("ingest", as_of, "test"), n_rows)


def held_cases(lake, as_of):
    """Narrow cases of the designated events by product and event, as the lake holds them."""
    (file,) = Lake(lake).files("product_event_case", {"as_of": as_of})
    rows = pd.read_parquet(file.path)
    rows = rows[(rows["scope"] == "narrow") & rows["event"].isin(["spm_tcell", "cerebral_oedema"])]
    rows = rows[~rows["product"].isin(["any_car_t", "unspecified_car_t"])]
    return {pair: sorted(found["case_id"]) for pair, found in rows.groupby(["product", "event"])}


def test_each_designated_event_opens_one_signal_of_both_worlds_and_again_nothing(looked, command, tmp_path):
    _, lake = looked
    copy = shutil.copytree(lake, tmp_path / "lake")
    positive = {"subject_id": "secret-1", "origin": "t_cell", "decision": "pending", "transgene_result": "positive"}
    commit_study(copy, "2023-06-30", positive)
    cases = held_cases(copy, "2023Q3")
    wanted = {*cases, ("tisagenlecleucel", "spm_tcell")}
    first = command(copy, "signal", "watch", "--as-of", "2023Q3")
    by_machine = [
        one for one in command(copy, "signal", "list")["counts"]["signals"] if one["source"] == "designated_event"
    ]
    assert sorted((one["product"], one["endpoint"]) for one in by_machine) == sorted(wanted)
    opened = [row for row in first["events"] if row["outcome"] == "opened"]
    assert len(opened) == len(wanted) == first["counts"]["n_opened"]
    reports = {
        (row["product"], row["endpoint"]): row["n_added"] for row in first["events"] if row["source"] == "reports"
    }
    assert reports == {pair: len(found) for pair, found in cases.items()}
    before = (copy / "governance.sqlite").read_bytes()
    again = command(copy, "signal", "watch", "--as-of", "2023Q3")
    assert {row["outcome"] for row in again["events"]} == {"unchanged"}
    earlier = command(copy, "signal", "watch", "--as-of", "2023Q2")
    assert {row["outcome"] for row in earlier["events"]} == {"unchanged"}
    assert (copy / "governance.sqlite").read_bytes() == before
    later = command(copy, "signal", "watch")
    now = held_cases(copy, "2023Q4")
    changed = {pair for pair in {*now, *cases} if now.get(pair) != cases.get(pair)}
    told = {(row["product"], row["endpoint"]) for row in later["events"] if row["outcome"] in {"opened", "added"}}
    assert changed <= told
    assert "secret" not in json.dumps([first, later])
    assert "secret" not in (copy / "governance.sqlite").read_bytes().decode("latin-1")
    assert command(copy, "audit", "verify")["counts"]["first_bad"] is None


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("plan", "look", "--plan", "nonsense"), 15, "There is no plan 'nonsense'"),
        (("plan", "look", "--actor", "mallory"), 2, "There is no actor 'mallory'"),
        (("plan", "look", "--world", "cohort"), 15, "holds no study"),
        (("plan", "look", "--as-of", "2031Q1"), 15, "holds reports up to 2023Q4, not 2031Q1"),
        (("signal", "watch", "--as-of", "2031Q1"), 15, "holds reports up to 2023Q4, not 2031Q1"),
        (("signal", "watch", "--cutoff", "2031-01-01"), 15, "No study is held as of 2031-01-01"),
        (("reproduce", "tisa-fever:9", "--out", "x"), 15, "no look 'tisa-fever:9'"),
        (("reproduce", "0123456789abcdef", "--out", "x"), 15, "has no run '0123456789abcdef'"),
    ],
)
def test_what_cannot_be_done_is_said(looked, command, tmp_path, monkeypatch, arguments, code, words):
    _, lake = looked
    monkeypatch.chdir(tmp_path)
    copy = shutil.copytree(lake, tmp_path / "lake")
    assert words in command(copy, *arguments, fails=code)

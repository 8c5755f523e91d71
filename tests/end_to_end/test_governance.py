"""Somebody new to the command registers a plan, reviews a signal and proves the trail, with the verbs alone."""

import json
import sqlite3

import pytest

from pipeline.config import Settings
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.judging import judged_look
from pipeline.governance.ledger import record_look
from pipeline.governance.plan import plan
from pipeline.governance.signals import open_from_look
from pipeline.governance.store import open_store
from pipeline.sequential.judgement import Counts
from tests.governing import PLAN, Clock

OPEN = (
    *("signal", "open", "--title", "T-cell lymphoma, CAR-positive", "--source", "designated_event"),
    *("--product", "tisagenlecleucel", "--endpoint", "spm_tcell", "--reference", "FAERS 12345678"),
    *("--reason", "First case with the transgene in the tumour", "--actor", "ada"),
)


@pytest.fixture
def lake(tmp_path, command, monkeypatch):
    """A lake whose store knows eve, ada and bob."""
    monkeypatch.delenv("CARTWATCH_ACTOR", raising=False)
    monkeypatch.delenv("CARTWATCH_STORE", raising=False)
    home = tmp_path / "lake"
    command(home, "actor", "add", "eve", "--name", "Eve Adams", "--role", "engineer")
    for person, name, role in (("ada", "Ada Byron", "scientist"), ("bob", "Bob Crick", "approver")):
        command(home, "actor", "add", person, "--name", name, "--role", role, "--actor", "eve")
    return home


@pytest.fixture
def plan_file(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def test_a_signal_goes_from_a_plan_to_a_signed_decision_and_a_report(lake, plan_file, command, tmp_path):
    registered = command(lake, "plan", "register", plan_file, "--actor", "ada")
    assert (registered["counts"]["is_new"], registered["counts"]["n_looks"]) == (True, 4)
    again = command(lake, "plan", "register", plan_file, "--actor", "ada")
    assert again["counts"]["is_new"] is False
    assert again["run_id"] == registered["run_id"]
    crossed(lake)
    command(lake, "plan", "register", second_file(plan_file), "--actor", "ada")
    command(lake, "plan", "skip", "tisa-oedema", "--look", 1, "--reason", "No data", "--actor", "ada")
    standing = command(lake, "plan", "list")["counts"]["plans"]
    assert [(one["id"], one["n_looks_made"], one["n_looks_skipped"], one["next_look"]) for one in standing] == [
        ("tisa-oedema", 0, 1, "2026Q2"),
        ("tisa-tcell", 1, 0, None),
    ]
    (look,) = command(lake, "plan", "show", "tisa-tcell")["counts"]["looks"]
    assert (look["look_id"], look["decision"]) == ("tisa-tcell:1", "crossed")
    for state in ("validated", "prioritised", "under_assessment"):
        command(lake, "signal", "move", 1, "--to", state, "--rationale", "Because", "--actor", "ada")
    found = ("--strength", "strong", "--causality", "probable", "--bradford-hill", "temporality=supports")
    action = ("--action", "Update the label", "--action-due", "2099-01-31", "--reason", "Clone")
    command(lake, "signal", "assess", 1, *found, *action, "--actor", "ada")
    waiting = command(
        lake, "signal", "move", 1, "--to", "confirmed_identified_risk", "--rationale", "Causal", "--actor", "ada"
    )
    assert waiting["counts"]["n_signatures_needed"] == 2
    command(lake, "signal", "sign", 1, "--meaning", "authorship", "--actor", "ada")
    closed = command(lake, "signal", "sign", 1, "--meaning", "approval", "--actor", "bob")
    assert closed["counts"]["signal"]["state"] == "confirmed_identified_risk"
    shown = command(lake, "signal", "show", 1)
    assert [step["action"] for step in shown["counts"]["history"]] == [
        "open", "move", "move", "move", "assess", "propose", "decide",
    ]  # fmt: skip
    assert len(shown["counts"]["signatures"]) == 2
    written = command(
        lake, "signal", "tracking", "--from", "2026-01-01", "--to", "2098-12-31", "--out", tmp_path / "out"
    )
    assert [row["status"] for row in written["counts"]["signals"]] == ["closed"]
    assert all((tmp_path / "out" / path.rpartition("/")[2]).exists() for path in written["outputs"])
    assert "can still change" in written["warnings"][0]
    assert command(lake, "audit", "verify")["counts"]["first_bad"] is None


def second_file(plan_file):
    """A plan of the same family about another event."""
    text = PLAN.replace("tisa-tcell", "tisa-oedema").replace("spm_tcell", "cerebral_oedema")
    path = plan_file.with_name("second.yaml")
    path.write_text(text, encoding="utf-8")
    return path


def crossed(lake):
    """A look that crosses, as the step that looks records it."""
    store = open_store(Settings(lake=str(lake)))
    with store.writing("system") as writing:
        asked = plan(writing.connection, "tisa-tcell")
        row = judged_look(asked, [], "2026Q1", Counts(40, compared=60), {"tables": {"signal": 3}}, run_id="abc")
        open_from_look(writing, asked, record_look(writing, asked, row))


def test_the_trail_is_exported_verified_and_a_tampering_ends_the_command(lake, command, tmp_path):
    command(lake, *OPEN)
    for name in ("a.jsonl", "a.csv"):
        command(lake, "audit", "export", "--out", tmp_path / name)
    assert command(lake, "audit", "verify", "--against", tmp_path / "a.jsonl")["counts"]["is_compared"] is True
    with sqlite3.connect(lake / "governance.sqlite") as connection:
        connection.execute("DROP TRIGGER audit_event_no_UPDATE")
        connection.execute("UPDATE audit_event SET reason = 'Another reason' WHERE number = 6")
    connection.close()
    said = command(lake, "audit", "verify", fails=13)
    assert "is not whole: record 6 was altered" in said


REFUSED = [
    (("plan", "register", "PLAN", "--actor", "mallory"), 2, "There is no actor 'mallory'"),
    (("plan", "register", "PLAN"), 2, "Nobody is named who acts: give --actor ID, or set CARTWATCH_ACTOR"),
    (("plan", "register", "PLAN", "--actor", "bob"), 2, "bob (approver) may not register plan"),
    (("plan", "register", "PLAN", "--actor", "system"), 2, "system is cartwatch itself and no person"),
    (("plan", "show", "none"), 15, "There is no plan 'none'"),
    (("signal", "show", "7"), 15, "There is no signal 7"),
    (("signal", "move", "1", "--rationale", "x", "--actor", "ada"), 2, "Give either --to with a state, or --withdraw"),
    (
        ("signal", "assess", "1", "--bradford-hill", "temporality", "--reason", "x", "--actor", "ada"),
        2,
        "cannot be read",
    ),
    (("signal", "assess", "1", "--evidence", "case:x", "--reason", "x", "--actor", "ada"), 2, "cannot be read"),
    (("signal", "tracking", "--from", "2026-02-01", "--to", "2026-01-01", "--out", "OUT"), 2, "runs backwards"),
    (("signal", "tracking", "--from", "soon", "--to", "2026-01-01", "--out", "OUT"), 2, "soon"),
    (("audit", "export", "--out", "OUT.xml"), 2, "neither .jsonl nor .csv"),
    (("audit", "verify", "--against", "OUT"), 13, "cannot be read as an export"),
    (("actor", "add", "zoe", "--name", "Zoe", "--role", "approver"), 2, "Nobody is named"),
    (("actor", "add", "zoe", "--name", "Zoe", "--role", "king", "--actor", "eve"), 2, "king"),
]


@pytest.mark.parametrize(
    ("words", "code", "said"), REFUSED, ids=lambda one: " ".join(one[:3]) if isinstance(one, tuple) else None
)
def test_what_cannot_be_done_ends_with_one_sentence_and_its_code(lake, plan_file, command, tmp_path, words, code, said):
    places = {"PLAN": plan_file, "OUT": tmp_path / "out", "OUT.xml": tmp_path / "out.xml"}
    before = (lake / "governance.sqlite").read_bytes()
    assert said in command(lake, *(places.get(word, word) for word in words), fails=code)
    assert not (tmp_path / "out").exists()
    assert (lake / "governance.sqlite").read_bytes() == before


UNFIT = [
    ("alpha: 0", 2, "The plan's alpha is 0: it must be above 0 and at most 0.5."),
    ("alpha: 0.06", 2, "The plan's alpha is 0.06: it must be at most its family's alpha, 0.05."),
    ("endpoint: {id: hiccups, scope: narrow}", 2, "there is no endpoint 'hiccups'; known endpoints: crs, icans"),
    ("product: aspirin", 2, "there is no product 'aspirin'; known products: tisagenlecleucel"),
    ("owner: zoe", 15, "There is no actor 'zoe': 'cartwatch actor list' shows who is known."),
]


@pytest.mark.parametrize(("line", "code", "said"), UNFIT, ids=[line for line, _, _ in UNFIT])
def test_a_plan_that_cannot_be_is_refused_and_nothing_of_it_is_kept(lake, plan_file, command, line, code, said):
    name = line.partition(":")[0]
    kept = [held for held in PLAN.strip().splitlines() if not held.startswith(f"{name}:")]
    plan_file.write_text("\n".join([*kept, line]), encoding="utf-8")
    before = (lake / "governance.sqlite").read_bytes()
    assert said in command(lake, "plan", "register", plan_file, "--actor", "ada", fails=code)
    assert (lake / "governance.sqlite").read_bytes() == before


def test_a_clock_that_runs_backwards_is_told_with_both_times_and_nothing_is_written(lake, command):
    ahead = open_store(Settings(lake=str(lake)), Clock("2099-01-01T00:00:00+00:00"))
    add_actor(ahead, "eve", Actor("zoe", "Zoe", ("reviewer",)))
    before = (lake / "governance.sqlite").read_bytes()
    said = command(lake, *OPEN, fails=14)
    assert "but the last record of" in said
    assert "is of 2099-01-01T00:00:00.000000Z: nothing was written; set this machine's clock" in said
    assert (lake / "governance.sqlite").read_bytes() == before


def test_a_second_signal_of_the_same_kind_names_the_first(lake, command):
    assert command(lake, *OPEN)["warnings"] == []
    assert "Signal 1 of the same product and endpoint is detected" in command(lake, *OPEN)["warnings"][0]


def test_the_same_person_signing_twice_and_a_stale_version_end_with_a_conflict(lake, command):
    command(lake, *OPEN)
    command(lake, "signal", "move", 1, "--to", "not_validated", "--rationale", "A duplicate", "--actor", "ada")
    command(lake, "signal", "sign", 1, "--meaning", "authorship", "--actor", "ada")
    again = command(lake, "signal", "sign", 1, "--meaning", "approval", "--actor", "ada", fails=14)
    assert "ada has signed this decision" in again
    stale = ("--meaning", "approval", "--actor", "bob", "--seen", 1)
    assert "you saw version 1" in command(lake, "signal", "sign", 1, *stale, fails=14)
    withdrawn = command(lake, "signal", "move", 1, "--withdraw", "--rationale", "A new case", "--actor", "ada")
    assert withdrawn["counts"]["signal"]["pending"] is None


def test_a_lake_without_a_store_says_how_to_begin_and_stays_empty(tmp_path, command):
    for words in (("actor", "list"), ("plan", "list"), ("signal", "list"), ("audit", "verify")):
        assert "cartwatch actor add" in command(tmp_path / "none", *words, fails=15)
    wrong = ("actor", "add", "ada", "--name", "Ada", "--role", "scientist")
    assert "needs the role engineer" in command(tmp_path / "none", *wrong, fails=2)
    assert not (tmp_path / "none").exists()


def test_an_older_store_is_refused_until_it_is_upgraded(tmp_path, command):
    from pipeline.governance.migration import upgraded

    upgraded(Settings(lake=str(tmp_path)), to="0001")
    assert "run 'cartwatch store upgrade'" in command(tmp_path, "plan", "list", fails=13)
    assert command(tmp_path, "store", "upgrade")["counts"]["revision_before"] == "0001"
    assert "nothing was done" in command(tmp_path, "store", "upgrade")["warnings"][0]
    assert command(tmp_path, "plan", "list")["counts"]["plans"] == []


def test_the_actor_may_come_from_the_environment(lake, plan_file, command, monkeypatch):
    monkeypatch.setenv("CARTWATCH_ACTOR", "ada")
    assert command(lake, "plan", "register", plan_file)["counts"]["plan"] == "tisa-tcell"


def test_what_a_person_reads_on_the_terminal(lake, plan_file, command, tmp_path):
    from click.testing import CliRunner

    from pipeline.cli import main

    command(lake, "plan", "register", plan_file, "--actor", "ada")
    crossed(lake)
    command(
        lake, "signal", "assess", 1, "--action", "Ask [/] the [red]centre", "--reason", "Key data", "--actor", "ada"
    )
    wanted = {
        ("actor", "list"): "approver",
        (
            "actor",
            "add",
            "zoe",
            "--name",
            "Zoe",
            "--role",
            "reviewer",
            "--actor",
            "eve",
        ): "zoe may now act as reviewer.",
        ("plan", "list"): "binomial_spending",
        ("plan", "show", "tisa-tcell"): "Looks, counts cumulative",
        ("signal", "list"): "detected",
        ("signal", "list", "--closed"): "There is no signal.",
        ("signal", "show", "1"): "1. Ask [/] the [red]centre",
        ("audit", "verify"): "The audit trail is whole",
        ("audit", "export", "--out", str(tmp_path / "a.csv")): "a.csv.head.json",
        ("store", "upgrade"): "The store has the schema 0002",
        (
            "signal",
            "tracking",
            "--from",
            "2026-01-01",
            "--to",
            "2026-12-31",
            "--out",
            str(tmp_path / "o"),
        ): "Timeliness",
        ("plan", "register", str(plan_file), "--actor", "ada"): "nothing was done",
    }
    for words, said in wanted.items():
        done = CliRunner().invoke(main, ["--lake", str(lake), *words], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        assert said in done.output, words


def test_the_words_that_the_command_offers_are_those_of_the_data_files():
    from pipeline.cli import main
    from pipeline.governance.actors import permissions
    from pipeline.governance.datafiles import data_file

    def offered(*words):
        command = main.commands[words[0]].commands[words[1]]
        return set(next(option for option in command.params if option.name == words[2]).type.choices)

    assert offered("actor", "add", "roles") == set(permissions()) - {"system"}
    sources = {source["id"] for source in data_file("review.yaml")["sources"]}
    assert offered("signal", "open", "source") == sources - {"sequential_look"}


def test_what_the_guide_shows_can_be_done(tmp_path, monkeypatch):
    """Its plan is registered, and its first hour runs as it is written."""
    import shlex
    from pathlib import Path

    from click.testing import CliRunner

    from pipeline.cli import main

    guide = (Path(__file__).resolve().parents[2] / "docs" / "governance.md").read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CARTWATCH_LAKE", raising=False)
    (tmp_path / "plan.yaml").write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    shown = guide.split("## A first hour")[1].split("```sh\n")[1].split("```")[0].replace("\\\n", " ")
    for line in shown.strip().splitlines():
        done = CliRunner().invoke(main, shlex.split(line, comments=True)[1:], catch_exceptions=False)
        assert done.exit_code == 0, (line, done.output)


@pytest.mark.slow
def test_the_store_is_made_from_an_installed_wheel(installed, tmp_path, python):
    """The migrations are carried inside the package."""
    import os
    import subprocess

    words = ["--lake", "lake", "actor", "add", "eve", "--name", "Eve", "--role", "engineer", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    run = [python, "-m", "pipeline.cli", *words]
    done = subprocess.run(run, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    assert json.loads(done.stdout)["counts"]["is_changed"] is True

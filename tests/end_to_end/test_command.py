"""The command as a newcomer meets it: help, errors told in one sentence, exit codes."""

import json
import subprocess

import pytest
from click.testing import CliRunner

from pipeline import errors
from pipeline.cli import main

VERBS = ("demo", "fetch", "ingest", "validate", "resolve", "signals", "report", "status", "doctor")
CODES = {
    "CartwatchError": 1,
    "UsageError": 2,
    "LayoutChanged": 10,
    "GateFailed": 11,
    "SourceOutage": 12,
    "InputRefused": 13,
    "LakeConflict": 14,
    "DecisionConflict": 14,
    "NothingThere": 15,
}


def every_command(group=main, words=()):
    for name, command in group.commands.items():
        yield from (
            every_command(command, (*words, name)) if hasattr(command, "commands") else [((*words, name), command)]
        )


def test_the_pinned_verbs_are_there():
    assert tuple(verb for verb in main.commands if verb in VERBS) == VERBS


@pytest.mark.parametrize("words", [words for words, _ in every_command()], ids=" ".join)
def test_every_verb_has_help_with_an_example_and_json(words):
    shown = CliRunner().invoke(main, [*words, "--help"])
    assert shown.exit_code == 0
    assert "Example" in shown.output
    assert f"cartwatch {' '.join(words)}" in shown.output.replace("--lake ./lake ", "")
    assert "--json" in shown.output


def test_every_option_is_explained():
    for words, command in every_command():
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert parameter.help, (words, parameter.name)


def test_each_error_has_its_own_exit_code():
    family = {name: item.exit_code for name, item in vars(errors).items() if isinstance(item, type)}
    assert family == CODES


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["resolve"], 15, "holds no quarter: run 'cartwatch ingest faers' first"),
        (["signals", "--as-of", "2024"], 2, "'2024' is no quarter: write it as 2024Q1"),
        (["signals", "--product", "kymriah"], 2, "there is no product 'kymriah'; known products: tisagenlecleucel"),
        (["signals", "--role", "C"], 2, "never kept in the lake: name a folder with --out"),
        (["ingest", "faers", "nowhere.zip"], 15, "nowhere.zip does not exist"),
        (["validate", "--quarter", "2024Q1"], 15, "holds no quarter"),
        (["report", "--out", "x"], 15, "holds no quarter"),
        (["ingest", "faers"], 2, "Missing argument"),
        (["nonsense"], 2, "No such command"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_an_error_says_what_was_found_where_and_what_to_do(tmp_path, monkeypatch, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["--lake", str(tmp_path / "lake"), *arguments])
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_status_of_an_empty_lake_says_what_to_do(tmp_path):
    done = CliRunner().invoke(main, ["--lake", str(tmp_path / "lake"), "status"])
    assert done.exit_code == 0
    assert "is empty: run 'cartwatch ingest faers'" in done.output.replace("\n", " ").replace("  ", " ")


def test_the_report_of_a_step_has_the_pinned_fields(tmp_path):
    done = CliRunner().invoke(main, ["--lake", str(tmp_path / "lake"), "status", "--json"])
    pinned = {"step", "run_id", "as_of", "inputs", "outputs", "counts", "gate", "warnings", "seconds"}
    assert set(json.loads(done.stdout)) >= pinned


def test_help_answers_without_development_dependencies(python):
    code = "import sys; sys.modules.update(dict.fromkeys(('pytest', 'hypothesis', 'polars', 'openpyxl')));import pipeline.cli; pipeline.cli.main(['--help'])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert "Exit codes" in done.stdout

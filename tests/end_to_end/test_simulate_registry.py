"""The verb that writes a simulated registry."""

import json

from click.testing import CliRunner

from pipeline.cli import main
from tests.cohortextracts import extract_of


def run(*words):
    return CliRunner().invoke(main, ["simulate", "registry", *words])


def test_the_verb_writes_an_extract_and_says_what_it_holds(tmp_path):
    out = tmp_path / "extract"
    done = run("--n", "30", "--seed", "2", "--cutoff", "2026-06-30", "--out", str(out), "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["as_of"] == "2026-06-30"
    assert said["counts"]["enrolled"] == 30
    extract = extract_of(out)
    assert said["counts"]["rows"] == {domain: len(rows) for domain, rows in extract.items()} | {
        domain: 0 for domain in said["counts"]["rows"] if not extract[domain]
    }
    assert [path.rsplit("/", 1)[1] for path in said["outputs"]] == [
        "extract",
        "extract-truth.json",
        "extract-reference_rates.csv",
        "extract-survivor_rates.csv",
    ]
    assert "made up" in said["warnings"][0]


def test_a_second_run_into_the_same_folder_is_refused_with_its_exit_code(tmp_path):
    words = ("--n", "3", "--cutoff", "2026-06-30", "--out", str(tmp_path / "extract"))
    assert run(*words).exit_code == 0
    again = run(*words)
    assert again.exit_code == 2
    assert "no empty folder" in again.stderr


def test_no_patient_and_no_day_are_refused(tmp_path):
    none = run("--n", "0", "--cutoff", "2026-06-30", "--out", str(tmp_path / "extract"))
    assert (none.exit_code, "give at least 1" in none.stderr) == (2, True)
    day = run("--n", "3", "--cutoff", "June", "--out", str(tmp_path / "extract"))
    assert day.exit_code == 2
    assert not list(tmp_path.iterdir())

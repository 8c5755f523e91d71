"""The wheel works away from the checkout, with its SQL and its suites inside."""

import json
import os
import subprocess

import pytest

from pipeline.config import code_version

pytestmark = pytest.mark.slow


def run(python, installed, cwd, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [python, "-m", "pipeline.cli", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_the_wheel_ingests_a_quarter_and_computes_signals(python, installed, tmp_path, history):
    lake = tmp_path / "lake"
    report = run(python, installed, tmp_path, "--lake", lake, "ingest", "faers", history[0], "--json")
    assert report["counts"]["kept"] > 10_000
    assert run(python, installed, tmp_path, "--lake", lake, "signals", "--json")["counts"]["rows"] > 1_000


def test_the_wheel_has_the_same_code_version_as_its_checkout(python, installed, tmp_path):
    report = run(python, installed, tmp_path, "--lake", tmp_path, "doctor", "--json")
    assert report["counts"]["code_version"] == code_version()
    assert report["warnings"] == []

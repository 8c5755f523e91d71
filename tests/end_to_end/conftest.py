"""Generated quarters that the end-to-end tests share, and the command as a person runs it."""

import json
import sys

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.demo.history import write_history


@pytest.fixture(scope="session")
def history(tmp_path_factory):
    """Four quarters that belong together, with the real files' defects planted."""
    return write_history(tmp_path_factory.mktemp("history"), "2023Q1", "2023Q4", 3_000, 7, quirks=True)


@pytest.fixture
def command():
    """Run cartwatch on a lake; returns its JSON, or the exit code and the error where one is expected."""

    def run(lake, *arguments, fails=None):
        words = ["--lake", str(lake), *map(str, arguments)]
        done = CliRunner().invoke(main, words if fails else [*words, "--json"], catch_exceptions=False)
        if fails:
            assert done.exit_code == fails, done.output
            return done.stderr
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


@pytest.fixture
def python():
    """The interpreter the tests run in."""
    return sys.executable

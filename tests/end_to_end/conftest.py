"""Generated quarters that the end-to-end tests share, and the command as a person runs it."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.config import Settings
from pipeline.demo.history import write_history
from tests.conftest import ROOT
from tests.priors import no_priors


@pytest.fixture(scope="session")
def history(kept):
    """Four quarters that belong together, with the real files' defects planted."""
    folder = kept("history", lambda folder: write_history(folder, "2023Q1", "2023Q4", 3_000, 7, quirks=True))
    return sorted(folder.glob("*.zip"))


@pytest.fixture(scope="session")
def ingested(kept, history):
    """A lake of the first so many quarters, in the order they were published and nothing computed; never written to."""
    from pipeline.steps.ingest import ingest

    def ingested(quarters):
        def build(folder):
            if quarters > 1:
                shutil.copytree(ingested(quarters - 1), folder, dirs_exist_ok=True)
            ingest(Settings(lake=str(folder)), [history[quarters - 1]])

        return kept(f"ingested-{quarters}", build)

    return ingested


@pytest.fixture(scope="session")
def counted(kept, ingested):
    """A lake of the four quarters with the signals of the last; never written to."""
    from pipeline.steps.signals import compute_signals

    def build(folder):
        shutil.copytree(ingested(4), folder, dirs_exist_ok=True)
        compute_signals(Settings(lake=str(folder)))

    return kept("counted", build)


@pytest.fixture(scope="session")
def counted_twice(kept, counted):
    """The same with the signals of the second quarter too; never written to."""
    from pipeline.steps.signals import compute_signals

    def build(folder):
        shutil.copytree(counted, folder, dirs_exist_ok=True)
        compute_signals(Settings(lake=str(folder)), "2023Q2")

    return kept("counted-twice", build)


@pytest.fixture(scope="module")
def without_priors():
    """No prior is fitted in the whole module, which must use no fixture that is kept."""
    with no_priors():
        yield


@pytest.fixture
def without_priors_here():
    """No prior is fitted in the test itself."""
    with no_priors():
        yield


@pytest.fixture(scope="session")
def installed(kept):
    """The wheel, unpacked as an installer would."""

    def build(folder):
        words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = folder.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder / "site")

    return kept("wheel", build) / "site"


@pytest.fixture
def begun(ingested, tmp_path):
    """A lake of the first quarter alone, which the test may write to."""
    return shutil.copytree(ingested(1), tmp_path / "lake")


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

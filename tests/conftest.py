"""What every test may use."""

import fcntl
import json
import os
import shutil
from pathlib import Path

import pytest

os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CARTWATCH_SHARED", ROOT.parent / "shared"))
REAL_ARCHIVES = (
    "aers_ascii_2004q1.zip",
    "faers_ascii_2017q2.zip",
    "2012q4_heads",
    "2026q2_heads",
    "faers_ascii_2022q3.zip",
)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real input and reference numbers that are not part of the product."""
    if not (SHARED / "README.md").exists():
        pytest.skip(f"no reference data at {SHARED}: set CARTWATCH_SHARED to a copy")
    return SHARED


@pytest.fixture(scope="session")
def kept(tmp_path_factory):
    """What several files of tests need, built once for all workers: kept(name, build) is the folder build(folder) filled.

    Nobody writes into it: a test that does takes a copy. What failed half-way is built anew by the next who asks.
    """
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "kept"
    root.mkdir(exist_ok=True)

    def kept(name, build):
        folder, building = root / name, root / f"{name}.building"
        with (root / f"{name}.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not folder.exists():
                shutil.rmtree(building, ignore_errors=True)
                building.mkdir()
                build(building)
                building.rename(folder)
        return folder

    return kept


@pytest.fixture(scope="session")
def real_lake(kept, shared) -> tuple[Path, dict]:
    """A lake of FDA's own files of every era, nothing computed and never written to, and what the ingest told."""

    def build(folder):
        from click.testing import CliRunner

        from pipeline.cli import main

        archives = [str(shared / "data" / "faers" / name) for name in REAL_ARCHIVES]
        words = ["--lake", str(folder / "lake"), "ingest", "faers", *archives, "--json"]
        done = CliRunner().invoke(main, words, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        (folder / "told.json").write_text(done.stdout)

    folder = kept("real", build)
    return folder / "lake", json.loads((folder / "told.json").read_text())

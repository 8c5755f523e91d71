"""What every test may use."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("GX_ANALYTICS_ENABLED", "False")

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("CARTWATCH_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real input and reference numbers that are not part of the product."""
    if not (SHARED / "README.md").exists():
        pytest.skip(f"no reference data at {SHARED}: set CARTWATCH_SHARED to a copy")
    return SHARED

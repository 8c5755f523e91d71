"""Everything the product asks for is listed with a permissive licence, as its own metadata states it."""

import importlib.metadata
import re
import tomllib

import pytest

from tests.conftest import ROOT

LISTED = dict(
    re.findall(r"^\| ([a-z0-9-]+) \| ([A-Za-z0-9.-]+) \|$", (ROOT / "docs" / "licences.md").read_text(), re.MULTILINE)
)
ASKED = [
    re.split(r"[<>=\[]", text)[0]
    for text in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
]
FAMILIES = {"MIT": "MIT", "BSD-3-Clause": "BSD", "BSD-2-Clause": "BSD", "Apache-2.0": "Apache"}


def test_what_is_asked_for_is_what_is_listed():
    assert sorted(LISTED) == sorted(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_a_licence_is_permissive_and_that_of_the_package(name):
    metadata = importlib.metadata.metadata(name)
    stated = [metadata.get("License-Expression"), (metadata.get("License") or "").partition("\n")[0]]
    stated += [line for line in metadata.get_all("Classifier") or [] if line.startswith("License")]
    words = " ".join(filter(None, stated))
    assert "GPL" not in words
    assert FAMILIES[LISTED[name]] in words

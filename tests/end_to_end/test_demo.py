"""What a newcomer runs first."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.steps import demo

pytestmark = pytest.mark.slow


@pytest.fixture
def small(monkeypatch):
    """The demo with fewer and smaller quarters and fewer patients: everything it does, and less of it."""
    for name, smaller in {"FIRST": "2023Q4", "REPORTS_PER_QUARTER": 1_500, "PATIENTS": 100}.items():
        monkeypatch.setattr(demo, name, smaller)


def test_the_demo_ends_with_the_path_of_a_report(tmp_path, small):
    done = CliRunner().invoke(main, ["demo", "--out", str(tmp_path / "demo")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    page = Path(done.stdout.strip().splitlines()[-1])
    assert page.parent == tmp_path / "demo" / "report"
    text = page.read_text()
    assert "as of 2024Q2" in text
    assert "Tisagenlecleucel (Kymriah)" in text
    assert "made up" in done.stdout
    assert "Own cohort: 8 current cases as of 2024Q2 are of patients who are also followed in a study" in text
    entrance, study = map(Path, done.stdout.strip().splitlines()[-3:-1])
    assert entrance == tmp_path / "demo" / "index.html"
    links = re.findall(r'href="([^"#]+\.html)"', entrance.read_text())
    assert [entrance.parent / link for link in links] == [page, study]
    told = study.read_text()
    assert "as of 2024-06-30" in told
    assert "Regulator&#39;s copy" in told
    assert "demo key" in done.stdout


def test_the_demo_never_empties_a_folder_that_is_not_its_own(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    done = CliRunner().invoke(main, ["demo", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "name an empty folder with --out" in done.stderr
    assert (tmp_path / "mine.txt").read_text() == "precious"

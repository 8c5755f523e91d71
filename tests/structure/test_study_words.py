"""Every estimand of the study has a title and a place in its report."""

import re
from pathlib import Path

import pytest

from pipeline.cohort.rows import Section, wordings
from pipeline.report.studywords import words

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "study.md").read_text(encoding="utf-8")
PLACES = re.findall(r"^\| (\w+) \| `(\w+)` \|", PAGE, re.MULTILINE)
"""Section and estimand of each line of the page's table."""


def test_every_estimand_has_a_title_and_no_title_is_of_nothing():
    assert set(words()["estimands"]) == set(wordings()["estimands"])


def test_every_estimand_stands_in_the_table_of_sections_once():
    named = [estimand for _, estimand in PLACES]
    assert sorted(named) == sorted(wordings()["estimands"])
    assert {section for section, _ in PLACES} == {str(section) for section in Section}


@pytest.mark.parametrize("section", words()["printed"])
def test_a_section_that_prints_estimands_one_by_one_knows_all_of_its_own(section):
    assert set(words()["printed"][section]) == {estimand for place, estimand in PLACES if place == section}


@pytest.mark.parametrize("estimand", words()["estimands"])
def test_a_title_is_words_and_not_an_id(estimand):
    title = words()["estimands"][estimand]
    assert "_" not in title
    assert title[0].isupper() or title[0].isdigit()

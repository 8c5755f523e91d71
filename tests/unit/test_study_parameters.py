"""The study's parameters and words: every number has its source, every estimand its words, windows leave no day out."""

import itertools
import re
from pathlib import Path

import pytest
import yaml

from pipeline.cohort.parameters import FOLDER, parameters
from pipeline.cohort.rows import wordings
from pipeline.contract.study import TRACKS

ROOT = Path(__file__).resolve().parents[2]
CODE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "pipeline" / "cohort").glob("*.py")))
PAGE = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")


def test_every_number_says_where_it_comes_from_and_whether_anybody_has_read_it_there():
    for name, entry in yaml.safe_load((FOLDER / "study.yaml").read_text(encoding="utf-8"))["numbers"].items():
        assert set(entry) == {"value", "unit", "citation", "verified"}, name
        assert entry["citation"]
        assert f'"{name}"' in CODE or name in PAGE, f"{name} is used nowhere"
    assert "tracks" in parameters().unverified


def test_windows_and_latency_touch_and_end_with_the_follow_up():
    windows, latency = parameters().windows, parameters().latency
    for one, other in itertools.pairwise(windows):
        assert other.first == one.last + 1
    assert (windows[0].first, windows[-1].last) == (0, parameters().last_day)
    for one, other in itertools.pairwise(latency):
        assert other.start == one.stop
    assert latency[-1].stop == parameters()["follow_up_years"]


def test_visits_do_not_overlap():
    visits = sorted(parameters().visits, key=lambda visit: visit.day)
    for one, other in itertools.pairwise(visits):
        assert one.day + one.after < other.day - other.before, (one.id, other.id)
    assert [visit.id for visit in visits][:4] == ["day_100", "month_6", "year_1", "year_2"]


def test_every_track_of_the_contract_has_its_days():
    assert set(parameters().tracks) == set(TRACKS)


@pytest.mark.parametrize("estimand", wordings()["estimands"])
def test_every_estimand_is_said_in_a_sentence_and_stands_on_the_page(estimand):
    words = wordings()["estimands"][estimand]
    assert words[0].isupper()
    assert words.rstrip().endswith(".")
    assert f"`{estimand}`" in PAGE


def test_no_estimand_has_words_and_no_row():
    used = {name for name in wordings()["estimands"] if re.search(rf'"{name}"', CODE)}
    made = {f"{name}_share_grade_3" for name in ("crs", "icans")} | {"excess_survivor_ratio"}
    made |= {"relapse_free_survival_censored", "event_free_survival_censored"}
    assert set(wordings()["estimands"]) - used - made == set()

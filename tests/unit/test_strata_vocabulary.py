"""Strata and subgroups as the vocabulary defines them, and what it refuses."""

import copy
import itertools

import pytest

from pipeline.errors import CartwatchError
from pipeline.vocabulary import strata
from pipeline.vocabulary.countries import country_names
from pipeline.vocabulary.files import yaml_file


@pytest.fixture
def edited(monkeypatch):
    """The content of strata.yaml to be changed; caches are emptied before and after."""
    content = copy.deepcopy(yaml_file(strata.FILE))
    read = strata.yaml_file
    monkeypatch.setattr(strata, "yaml_file", lambda name: content if name == strata.FILE else read(name))
    forget()
    yield content
    monkeypatch.undo()
    forget()


def forget():
    for value in vars(strata).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def test_age_bands_are_those_of_the_study_and_leave_no_gap():
    assert [level.id for level in strata.levels_of("age_band")] == [
        "0-1",
        "2-11",
        "12-17",
        "18-45",
        "46-64",
        "65-74",
        "75-84",
        "85+",
    ]
    intervals = strata.age_intervals()
    assert intervals[0].from_years == 0
    assert intervals[-1].below_years is None
    assert all(one.below_years == other.from_years for one, other in itertools.pairwise(intervals))


def test_children_and_young_adults_end_at_the_labelled_age():
    fitting = {
        i.from_years: [name for group, name in i.populations if group == "b_all"] for i in strata.age_intervals()
    }
    assert fitting[18.0] == ["young_all"]
    assert fitting[26.0] == ["adult_all"]


def test_every_country_but_antarctica_has_one_region():
    regions = dict(strata.country_regions())
    assert {country.code for country in country_names() if country.code} - set(regions) == {"AQ"}
    assert (regions["US"], regions["CA"], regions["GB"], regions["NA"], regions["NO"]) == (
        *("united_states", "other_americas", "europe", "africa", "europe"),
    )


def test_a_level_s_number_leads_back_to_it():
    for level in strata.levels():
        assert strata.levels_of(level.variable)[strata.level_number(level) - 1] == level


def test_a_version_follows_the_definition_not_the_words(edited):
    before = {variable.id: variable.version for variable in strata.variables()}
    edited["populations"][0]["title"] = edited["age_bands"][0]["title"] = "Other words"
    forget()
    assert {variable.id: variable.version for variable in strata.variables()} == before
    edited["populations"][0]["below_years"] = 25
    forget()
    changed = {variable.id for variable in strata.variables() if variable.version != before[variable.id]}
    assert changed == {"population"}


def test_ages_in_no_band_or_in_two_are_refused(edited):
    edited["age_bands"][0]["below_years"] = 3
    with pytest.raises(CartwatchError, match="age 2 is in 2 age bands"):
        strata.age_intervals()


def test_a_country_without_a_region_is_refused(edited):
    edited["regions"][0]["codes"] = []
    with pytest.raises(CartwatchError, match="differ in US"):
        strata.country_regions()

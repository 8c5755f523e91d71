"""Every former name leads in one step to today's name, and somebody answers for it."""

import pytest

from pipeline.errors import CartwatchError
from pipeline.vocabulary import formernames
from pipeline.vocabulary.files import csv_file


@pytest.fixture
def with_rows(monkeypatch):
    """The former names with rows added to the file's own."""

    def read(*rows):
        added = tuple(dict(zip(("former_pt", "current_pt", "source"), row, strict=True)) for row in rows)
        monkeypatch.setattr(formernames, "csv_file", lambda name: (*csv_file(name), *added))
        formernames.former_names.cache_clear()
        return formernames.former_names()

    yield read
    formernames.former_names.cache_clear()


def test_every_former_name_has_a_source():
    for row in csv_file("former_names.csv"):
        assert row["source"].startswith(("reviewed knowledge", "MedDRA ")), row


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("Glow", "Shine", "")], "Glow lacks its current name or source"),
        ([("Glow", "Shine", "  ")], "Glow lacks"),
        ([("Glow", "", "reviewed knowledge")], "Glow lacks"),
        ([("Glow", "Shine", "x"), ("GLOW ", "Gleam", "x")], "lists twice: GLOW"),
        ([("Glow", "Shine", "x"), ("Shine", "Gleam", "x")], "SHINE is former and current"),
        ([("Glow", "Shine", "x"), ("Shine", "Glow", "x")], "GLOW, SHINE is former and current"),
        ([("Glow", "glow", "x")], "GLOW is former and current"),
        ([("Seizure", "Convulsion", "x")], "CONVULSION, SEIZURE is former and current"),
    ],
)
def test_a_name_without_source_twice_in_a_chain_or_a_circle_is_refused(with_rows, rows, told):
    with pytest.raises(CartwatchError, match=told):
        with_rows(*rows)


@pytest.mark.parametrize(
    ("printed", "today"),
    [
        ("CEREBRAL OEDEMA", "BRAIN OEDEMA"),
        ("Cerebral edema", "BRAIN OEDEMA"),
        ("Histiocytosis haematophagic", "HAEMOPHAGOCYTIC LYMPHOHISTIOCYTOSIS"),
        ("Haemophagocytic syndrome", "HAEMOPHAGOCYTIC LYMPHOHISTIOCYTOSIS"),
        ("Pneumocystis carinii pneumonia", "PNEUMOCYSTIS JIROVECII PNEUMONIA"),
        ("VIIth nerve paralysis", "FACIAL PARALYSIS"),
        ("Brain oedema", "BRAIN OEDEMA"),
    ],
)
def test_an_old_or_american_spelling_leads_to_todays_term(printed, today):
    assert formernames.current_term(printed) == today

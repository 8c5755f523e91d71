"""Whether an event was listed: judged by the label in force on the day of receipt."""

import datetime as dt

import pytest

from pipeline.governance.labels import LabelVersion, label_versions, listedness
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.products import products
from tests.spec.tables import rows_of

DAY = dt.date.fromisoformat
# Two versions of an invented label of a real product; the first is on file as a whole, the second is not.
LABELS = (
    LabelVersion("first", "tisagenlecleucel", DAY("2017-08-30"), frozenset({"crs"}), True, "invented", True),
    LabelVersion(
        "second", "tisagenlecleucel", DAY("2024-04-18"), frozenset({"crs", "spm_tcell"}), False, "invented", True
    ),
)
RECEIPTS = """
product                 | endpoint  | received   | answer     | version | why
tisagenlecleucel        | crs       | 2017-08-29 | unknown    | -       | the day before the first label
tisagenlecleucel        | crs       | 2017-08-30 | listed     | first   | its first day
tisagenlecleucel        | spm_tcell | 2024-04-17 | not_listed | first   | the last day of the first, which is whole
tisagenlecleucel        | spm_tcell | 2024-04-18 | listed     | second  | the first day of the second
tisagenlecleucel        | aki       | 2024-04-17 | not_listed | first   | absent from a whole list
tisagenlecleucel        | aki       | 2024-04-18 | unknown    | second  | absence from a list that is not whole says nothing
idecabtagene vicleucel  | crs       | 2024-04-18 | unknown    | -       | no label of it on file
"""


@pytest.mark.parametrize("row", rows_of(RECEIPTS), ids=lambda row: row["why"])
def test_listedness_is_judged_by_the_label_of_the_day(row):
    found = listedness(row["product"], row["endpoint"], DAY(row["received"]), LABELS)
    assert (found.answer, found.version) == (row["answer"], row["version"])


def test_no_label_on_file_never_means_not_listed():
    """Of every product without a label, and of every label that is not whole: only what it names is known."""
    whole = {version.product for version in label_versions() if version.is_complete}
    assert whole == set()
    days = [DAY(day) for day in ("2015-01-01", "2018-06-01", "2026-06-01")]
    found = {listedness(one.id, event.id, day).answer for one in products() for event in endpoints() for day in days}
    assert found == {"listed", "unknown"}


def test_todays_label_does_not_reach_back():
    before, after = (listedness("tisagenlecleucel", "spm_tcell", DAY(day)) for day in ("2019-03-01", "2025-03-01"))
    assert (before.answer, after.answer) == ("unknown", "listed")


def test_every_version_on_file_has_a_citation_and_says_whether_it_was_verified():
    assert label_versions()
    for version in label_versions():
        assert version.citation
        assert not version.is_verified  # none was read in the label itself yet; a verified one is added with its source

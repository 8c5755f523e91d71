"""A patient enrolled by the data cut-off and infused after it: registered, and in no number that asks for an infusion."""

import datetime as dt

import pytest

from pipeline.cohort.assembly import study_results
from pipeline.intake.pseudonym import Pseudonyms
from pipeline.intake.registry import read_extract, type_extract
from pipeline.intake.registrytables import study_tables
from pipeline.study.gradingscales import scales
from tests.registryfiles import KEY, small, write

INFUSED = "2024-07-15"
BEFORE, AFTER = dt.date(2024, 6, 30), dt.date(2024, 12, 31)


def numbers(folder, domains, cutoff):
    """The study's estimates from an extract, as of a cut-off."""
    typed = type_extract(read_extract(write(folder, domains)), Pseudonyms(KEY, "ltfu"), cutoff, scales())
    return study_results(study_tables(typed.rows), "ltfu", cutoff).estimates.to_pylist()


def one(rows, estimand, **where):
    (row,) = [
        row for row in rows if row["estimand"] == estimand and all(row[name] == value for name, value in where.items())
    ]
    return row


def waiting():
    """The small extract, its third patient infused after the first cut-off, seen on that day and dead a month later."""
    domains = small()
    domains["DM"][2] |= {"RFSTDTC": INFUSED, "DTHDTC": "2024-08-15", "DTHFL": "Y", "RFPENDTC": "2024-08-15"}
    domains["EX"].append(dict(domains["EX"][0], USUBJID="CRID7003", EXSTDTC=INFUSED))
    domains["AE"].append(dict(domains["AE"][0], USUBJID="CRID7003", AESTDTC="2024-07-18", AEDTC="2024-07-20"))
    return domains


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Estimates with her and without her as of the first cut-off, and with her as of the second."""
    root = tmp_path_factory.mktemp("cutoff")
    without = {name: [row for row in rows if row["USUBJID"] != "CRID7003"] for name, rows in waiting().items()}
    return (
        numbers(root / "with", waiting(), BEFORE),
        numbers(root / "without", without, BEFORE),
        numbers(root / "later", waiting(), AFTER),
    )


def test_she_is_registered_and_not_infused_by_the_cut_off(told):
    counts = [one(told[0], name)["n_patients"] for name in ("registered", "infused", "followed", "never_infused")]
    assert counts == [3, 2, 2, 1]
    assert one(told[0], "undated_infusions")["n_patients"] == 0
    assert one(told[0], "accrual")["n_patients"] == 2


def test_every_other_number_is_as_if_she_were_not_there(told):
    names = {"registered", "never_infused"}
    with_her, without = ([row for row in rows if row["estimand"] not in names] for rows in told[:2])
    assert with_her == without
    assert one(told[0], "person_years")["estimate"] > 0


def test_as_of_a_later_cut_off_she_is_infused_with_her_days_until_death(told):
    counts = [one(told[2], name)["n_patients"] for name in ("registered", "infused", "followed", "never_infused")]
    assert counts == [3, 3, 3, 0]
    assert one(told[2], "cause_of_death", event=None)["estimate"] == 1  # the second died after what the centre reports
    # of the other two nothing new is known; she is at risk for 32 days
    more = one(told[2], "person_years")["estimate"] - one(told[0], "person_years")["estimate"]
    assert more * 365.25 == pytest.approx(32)

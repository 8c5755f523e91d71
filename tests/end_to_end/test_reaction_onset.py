"""The command cartwatch onset --messages as a person runs it: what it writes, says and refuses; without a lake."""

import csv
import datetime as dt
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cases.reactionrules import REASONS, SETS
from pipeline.cli import main
from pipeline.contract.reactiononset import REACTION_ONSET
from pipeline.contract.renderings import arrow_schema
from tests.e2bfiles import BORN, INITIALS, NARRATIVE, Case, Drug, Reaction, r3

FILES = ("reaction_onset", "reaction_onset_excluded", "reaction_onset_distribution", "e2b_rejected")


def asked(tmp_path, *words, lake="none"):
    done = CliRunner().invoke(main, ["--lake", str(tmp_path / lake), "onset", *map(str, words)])
    assert not (tmp_path / lake).exists()
    return done


@pytest.fixture
def icsr(tmp_path):
    """Twelve dated cases, one that was taken back, one without an id, and an acknowledgement."""
    folder = tmp_path / "icsr"
    folder.mkdir()
    day = dt.date(2021, 1, 5)
    cases = [
        Case(f"US-{n}", (Reaction(start=f"{day + dt.timedelta(days):%Y%m%d}"),))
        for n, days in enumerate((1, 2, 2, 3, 4, 5, 5, 7, 9, 12, 30, 50))
    ]
    taken_back = [Case("US-back"), Case("US-back", recent="20210401", standing="1")]
    (folder / "a.xml").write_text(r3(*cases, *taken_back, Case(None)), encoding="utf-8")
    (folder / "b.xml").write_text('<MCCI_IN200101UV01 xmlns="urn:hl7-org:v3"/>', encoding="utf-8")
    return folder


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_command_writes_every_table_and_adds_up(icsr, tmp_path):
    out = tmp_path / "out"
    done = asked(tmp_path, "--messages", icsr, "--as-of", "2024-03-31", "--out", out, "--json")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [*(f"{name}.csv" for name in FILES), "reaction_onset.parquet"]
    )
    assert said["counts"]["messages"]["read"] == 16
    assert (said["counts"]["messages"]["kept"], said["counts"]["messages"]["rejected"]) == (14, 2)
    assert said["counts"]["cases"] == {"current": 12, "nullified": 1, "tied": 0, "unreadable": 0}
    onset = rows(out / "reaction_onset.csv")
    kymriah = [row for row in onset if row["product"] == "tisagenlecleucel"]
    assert [int(row["days"]) for row in kymriah if row["worldwide_case_id"] == "US-10"] == [30]
    assert len(kymriah) == 12
    stored = pq.read_table(out / "reaction_onset.parquet")
    assert stored.schema.names == arrow_schema(REACTION_ONSET).names == list(onset[0])
    assert stored.num_rows == len(onset)
    fits = rows(out / "reaction_onset_distribution.csv")
    told = {(row["product"], row["case_set"], row["method"]): row for row in fits}
    assert told["tisagenlecleucel", "all", "right_truncated"]["is_told"] == "true"
    reasons = rows(out / "reaction_onset_excluded.csv")
    for row in fits:
        own = [one for one in reasons if all(one[name] == row[name] for name in ("product", "endpoint", "case_set"))]
        assert sum(int(one["n"]) for one in own) == int(row["n_read"])
        assert [int(one["n"]) for one in own if one["reason"] == "used"] == [int(row["n_used"])]
    assert [row["message_number"] for row in rows(out / "e2b_rejected.csv")] == ["15", "0"]
    written = " ".join(path.read_text() for path in out.glob("*.csv")) + done.output
    assert not any(word in written for word in (INITIALS, NARRATIVE, BORN, str(tmp_path / "icsr")))


def test_a_second_run_writes_the_same_bytes_under_the_same_id(icsr, tmp_path):
    runs = [
        json.loads(
            asked(tmp_path, "--messages", icsr, "--as-of", "2024-03-31", "--out", tmp_path / out, "--json").stdout
        )
        for out in ("one", "two")
    ]
    assert runs[0]["run_id"] == runs[1]["run_id"]
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_the_screen_says_what_was_read_and_told(icsr, tmp_path):
    done = asked(tmp_path, "--messages", icsr, "--as-of", "2024-03-31", "--product", "tisagenlecleucel")
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    assert "12 of 12 reactions of suspected CAR-T products are used; 0 of 1 fits are refused" in said
    assert "2 messages or files were not read" in said
    assert "Cases left out: 1 nullified." in said
    assert "The newest message is of 2021-04-01, 1095 days before the data-lock point" in said
    assert "infusion, which is day 0" in said


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--messages", "{icsr}"), 2, "the data-lock point is a day: give --as-of as 2024-03-31"),
        (("--messages", "{icsr}", "--as-of", "2024Q1"), 2, "the data-lock point is a day"),
        (("--messages", "{icsr}", "--as-of", "2024-03-31", "--with-duplicates"), 2, "are about the lake"),
        (("--messages", "{icsr}", "--as-of", "2024-03-31", "--product", "aspirin"), 2, "there is no product 'aspirin'"),
        (("--messages", "{icsr}/none", "--as-of", "2024-03-31"), 15, "does not exist"),
        (("--messages", "{icsr}/b.xml", "--as-of", "2024-03-31"), 13, "an acknowledgement (MCCI_IN200101UV01)"),
        (("--messages", "{icsr}", "--as-of", "2024-03-31", "--meddra-files", "{icsr}"), 15, "holds no llt.asc"),
        (("--reported-terms",), 2, "name them with --messages"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_with_its_own_code(words, code, message, icsr, tmp_path):
    done = asked(tmp_path, *(word.format(icsr=icsr) for word in words))
    assert (done.exit_code, message in " ".join(done.output.split())) == (code, True), done.output


def test_cases_that_name_a_car_t_in_other_roles_only_are_counted(tmp_path):
    (tmp_path / "a.xml").write_text(r3(Case("A", drugs=(Drug(role="2"),)), Case("B", drugs=(Drug("ASPIRIN"),))))
    done = asked(tmp_path, "--messages", tmp_path / "a.xml", "--as-of", "2021-03-31", "--json")
    said = json.loads(done.stdout)["counts"]
    assert (said["cases"]["current"], said["cases_naming_car_t_in_other_roles_only"], said["reactions"]) == (2, 1, 0)
    assert (
        asked(tmp_path, "--messages", tmp_path / "a.xml", "--as-of", "2021-03-31", "--out", tmp_path / "out").exit_code
        == 0
    )


def test_every_reason_and_set_is_explained():
    text = (Path(__file__).parents[2] / "docs" / "onset.md").read_text(encoding="utf-8")
    own = text.split("## Onset by reaction, from case messages")[1]
    for name in [*REASONS, *(one.id for one in SETS)]:
        assert f"`{name}`" in own, name

"""The command cartwatch masking on generated quarters: every other pair, its files, its words, its refusals."""

import csv
import json
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from pipeline.cli import main
from pipeline.contract.masking import MASKING_PAIR, MASKING_REMOVAL
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import NothingThere
from pipeline.steps import masking as step

pytestmark = pytest.mark.slow
FILES = ("masking_pair.parquet", "masking_removal.csv", "masking_top.csv", "masking_crossing.csv", "masking_shift.svg")
ASKED = ("--remove", "drug:Tisagenlecleucel", "--remove", "endpoint:crs", "--remove", "drug:tisagenlecleucel")


@pytest.fixture(scope="module")
def lake(counted, tmp_path_factory):
    """A lake of its own: the verb keeps what it was asked in the run table."""
    return shutil.copytree(counted, tmp_path_factory.mktemp("masking") / "lake")


@pytest.fixture(scope="module")
def done(lake, tmp_path_factory):
    out = tmp_path_factory.mktemp("masked")
    words = ["--lake", str(lake), "masking", *ASKED, "--out", str(out), "--json"]
    return out, json.loads(CliRunner().invoke(main, words, catch_exceptions=False).stdout)


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_question_has_its_name_and_its_files(done):
    out, said = done
    assert [path.split("/")[-1] for path in said["outputs"]] == list(FILES)
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    removals = said["counts"]["removals"]
    assert [(row["removed_thing"], row["removed"], row["kind"]) for row in removals] == [
        ("drug", "tisagenlecleucel", "product"),
        ("endpoint", "crs", "event"),
        ("endpoint", "crs", "term"),
    ], "what is named twice is removed once"
    told = rows(out / "masking_removal.csv")
    assert list(told[0]) == list(MASKING_REMOVAL.names)
    assert [int(row["n_removed"]) for row in told] == [row["n_removed"] for row in removals]
    assert {row["chosen_by"] for row in told} == {"asked"}
    assert any("no correction" in warning for warning in said["warnings"])


def test_a_pair_that_keeps_no_case_is_gone_and_moved_neither_up_nor_down(done):
    pairs = pq.read_table(done[0] / "masking_pair.parquet")
    top, told = rows(done[0] / "masking_top.csv"), rows(done[0] / "masking_removal.csv")
    assert {row["direction"] for row in top} == {"up", "down", "gone"}
    assert all((row["a_after"] == "0") is (row["direction"] == "gone") for row in top)
    assert {(row["as_of"], row["comparator"]) for row in top} == {("2023Q4", "all")}
    for row in told:
        of = pairs.filter((pc.field("kind") == row["kind"]) & (pc.field("removed") == row["removed"]))
        kept = of.filter(pc.field("a_after") > 0)
        assert int(row["n_emptied"]) == of.num_rows - kept.num_rows
        assert float(row["ic_shift_50"]) == pytest.approx(np.median(kept["ic_shift"].to_numpy()))


def test_rows_are_those_of_the_contract_and_begin_as_the_pair_table_of_the_signals(lake, done):
    pairs = pq.read_table(done[0] / "masking_pair.parquet")
    assert pairs.schema.equals(arrow_schema(MASKING_PAIR))
    assert pairs.group_by(list(MASKING_PAIR.key)).aggregate([]).num_rows == pairs.num_rows > 1_000
    kept = pq.read_table(next((lake / "pair_count" / "as_of=2023Q4" / "comparator=all").glob("*.parquet")))
    of_drug = pairs.filter(pc.field("kind") == "product")
    names = ("drug", "event_kind", "event", "scope", "a", "n_drug", "n_event", "n_cases")
    told, stored = (set(zip(*(table[name].to_pylist() for name in names), strict=True)) for table in (of_drug, kept))
    assert told < stored
    (row,) = [row for row in done[1]["counts"]["removals"] if row["kind"] == "product"]
    assert len(told) == row["n_pairs"] == len(stored) - row["n_own"]
    assert pc.unique(pc.subtract(of_drug["n_cases"], of_drug["n_cases_after"])).to_pylist() == [row["n_removed"]]


def test_pairs_of_car_ts_are_those_of_the_table_masking(lake, done):
    """Counted by stratum there, by subtraction here."""
    table = pq.read_table(next((lake / "masking" / "as_of=2023Q4").glob("*.parquet")))
    own = pc.is_in(pc.field("removed"), pa.array(["tisagenlecleucel", "crs"]))
    names = ("product", "event_kind", "event", "scope", "kind")
    answers = {
        tuple(row[name] for name in names): row
        for row in table.filter(own & (pc.field("comparator") == "all")).to_pylist()
    }
    pairs = pq.read_table(done[0] / "masking_pair.parquet")
    seen = set()
    for row in pairs.filter(pc.is_in(pc.field("drug"), pa.array(sorted({key[0] for key in answers})))).to_pylist():
        key = tuple(row["drug" if name == "product" else name] for name in names)
        if answer := answers.get(key):
            for end in ("", "_after"):
                a, b, c, d = (answer[f"{cell}{end}"] for cell in "abcd")
                cells = [row[f"{name}{end}"] for name in ("a", "n_drug", "n_event", "n_cases")]
                assert cells == [a, a + b, a + c, a + b + c + d], key
            same = (
                "ic",
                "ic_after",
                "ror_low_after",
                "ic_shift",
                "masking_ratio",
                "screen_error",
                "is_unmasked",
                "is_lost",
            )
            assert [row[name] for name in same] == [answer[name] for name in same]
            seen.add(row["kind"])
    assert seen >= {"product", "event"}


def test_the_same_question_gives_the_same_bytes_and_leaves_the_marts_alone(lake, done, tmp_path):
    before = sorted(path for path in lake.rglob("*.parquet") if "run" not in path.relative_to(lake).parts[0])
    again = CliRunner().invoke(main, ["--lake", str(lake), "masking", *ASKED, "--out", str(tmp_path), "--json"])
    assert json.loads(again.stdout)["run_id"] == done[1]["run_id"]
    assert all((tmp_path / name).read_bytes() == (done[0] / name).read_bytes() for name in FILES)
    assert sorted(path for path in lake.rglob("*.parquet") if "run" not in path.relative_to(lake).parts[0]) == before


def test_without_a_name_the_screen_chooses_and_the_terminal_says_by_what(lake, tmp_path):
    shown = CliRunner().invoke(main, ["--lake", str(lake), "masking", "--out", str(tmp_path)], catch_exceptions=False)
    assert "Dominating by the screen" in shown.output
    assert "Every other pair, counted again" in shown.output
    told = rows(tmp_path / "masking_removal.csv")
    assert sorted(row["kind"] for row in told) == ["event", "product", "term"]
    assert {row["chosen_by"] for row in told} == {"dominating"}


@pytest.mark.parametrize(
    ("asked", "code", "said"),
    [
        (("--remove", "aspirin"), 2, "names nothing to remove"),
        (("--remove", "endpoint:no_such"), 2, "no endpoint"),
        (("--comparator", "car_t"), 2, "choose from all"),
        (("--most", "9"), 2, "lists 1 to 5"),
        (("--remove", "drug:KYMRIAH"), 15, "counted as drug:tisagenlecleucel"),
        (("--as-of", "2020Q1"), 15, "2023Q1 to 2023Q4"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_written(lake, command, tmp_path, asked, code, said):
    assert said in command(lake, "masking", *asked, "--out", tmp_path / "out", fails=code)
    assert not list((tmp_path / "out").glob("*"))


def test_the_help_names_the_comparators_that_can_be_asked_and_no_other():
    said = " ".join(CliRunner().invoke(main, ["masking", "--help"]).output.split())
    assert "all, non_car_t, haem_onc, haem_onc_without_imids. Default" in said
    assert "_adults" not in said


def test_where_nothing_dominates_a_name_is_asked_for():
    with pytest.raises(NothingThere, match="name one with --remove"):
        step._first([[], []], 1)

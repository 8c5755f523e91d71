"""What holds of generated quarters whatever the seed, size and quarter."""

from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.demo.archive import read_manifest
from pipeline.demo.chance import Chance, grouped_lots
from pipeline.demo.content import content_of
from pipeline.demo.layout import TABLES, era_of, member_name
from pipeline.demo.quarter import write_quarter
from pipeline.demo.quarters import name, ordinal
from pipeline.demo.roster import opening_roster

QUARTERS = st.integers(ordinal("2004Q1"), ordinal("2027Q4")).map(name)
SEEDS = st.integers(0, 2**31)


@settings(max_examples=12, deadline=None)
@example(quarter="2004Q1", seed=221, reports=7, quirks=True)  # the line that the orphan is made of was cut
@given(quarter=QUARTERS, seed=SEEDS, reports=st.integers(1, 120), quirks=st.booleans())
def test_every_line_is_a_record_or_counted_as_unreadable(quarter, seed, reports, quirks):
    with TemporaryDirectory() as folder:
        path = write_quarter(Path(folder), quarter, reports=reports, seed=seed, quirks=quirks)
        said = read_manifest(path)
        with ZipFile(path) as archive:
            text = {table: archive.read(member_name(table, ordinal(quarter))) for table in TABLES}
    for table in TABLES:
        header, *lines = text[table].split(b"\n")[:-1]
        assert said.lines[table] == len(lines)
        ends = len(era_of(ordinal(quarter)).ends(table))
        fitting = sum(line.count(b"$") == header.count(b"$") + ends for line in lines)
        together = said.planted.get("run_together", 0) if table == "drug" else 0
        assert fitting + 2 * together == said.records[table]
        assert fitting + together + said.unreadable[table] == len(lines)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, quarter=QUARTERS)
def test_a_report_says_the_same_alone_and_among_others(seed, quarter):
    """Content depends on the case, not on the slice it is rendered in."""
    at, chance = ordinal(quarter), Chance(seed)
    roster = opening_roster(at, 60, chance)
    whole = content_of(roster, at, chance)
    half = content_of(roster.take(slice(30, 60)), at, chance)
    among = whole.drugs.report >= 30
    assert whole.drugs.drug[among].tolist() == half.drugs.drug.tolist()
    among = whole.reactions.report >= 30
    assert whole.reactions.value[among].tolist() == half.reactions.value.tolist()


@given(seed=SEEDS, keys=st.lists(st.integers(0, 2**40), min_size=1, max_size=50))
def test_chance_depends_on_the_key_alone(seed, keys):
    chance, numbers = Chance(seed), np.array(keys, dtype=np.int64)
    drawn = chance.uniform("test", numbers)
    assert ((drawn >= 0) & (drawn < 1)).all()
    assert drawn[::-1].tolist() == chance.uniform("test", numbers[::-1]).tolist()


@given(
    weights=st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any), min_size=1, max_size=5),
    uniform=st.floats(0, 1, exclude_max=True),
)
def test_a_draw_never_leaves_its_group_and_never_takes_a_weightless_value(weights, uniform):
    groups = [([100 * group + place for place in range(len(own))], own) for group, own in enumerate(weights)]
    drawn = grouped_lots(groups)
    for group, own in enumerate(weights):
        value = int(drawn.draw(np.array([group]), np.array([min(uniform, 1 - 1e-9)]))[0])
        assert value // 100 == group
        assert own[value % 100] > 0


def test_draws_follow_their_weights():
    keys = np.arange(50_000)
    drawn = grouped_lots([([7, 8, 9], [1, 2, 7])]).draw(0, Chance(1).uniform("weights", keys))
    shares = np.bincount(drawn, minlength=10)[7:] / len(keys)
    assert np.abs(shares - [0.1, 0.2, 0.7]).max() < 0.01


def test_purposes_are_independent():
    keys = np.arange(20_000)
    one, two = Chance(3).uniform("one", keys), Chance(3).uniform("two", keys)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03

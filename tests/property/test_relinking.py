"""N quarters and then one more are the same cases, byte for byte, as all of them at once."""

import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.cases.counts import register_vocabulary
from pipeline.cases.duplicates import compare_versions, key_versions
from pipeline.cases.relinking import resolve_again
from pipeline.cases.resolution import RESOLVED, resolve
from pipeline.config import Settings
from pipeline.demo.copies import copied_cases
from pipeline.demo.copies_mixes import MIXES
from pipeline.lake.warehouse import Warehouse, model

QUARTERS = ("2021Q1", "2021Q2", "2021Q3", "2021Q4", "2022Q1")
EARLIER, NOW = QUARTERS[-2:]
CASES = 400
LISTS = ("case_drug", "case_reaction", "case_outcome", "case_reporter")
FIELDS = ("age_years", "sex_code", "event_date", "manufacturer_number", "manufacturer_sender", "literature_reference")
# One world takes two seconds: a failing one is told as it is, not made smaller.
FEW = settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class World:
    """Reports of five quarters, as lists of rows: chance adds versions, withdrawals and another issue of one quarter."""

    def __init__(self, chance):
        tables = copied_cases(4, MIXES["mixed"], CASES).tables
        self.schemas = {name: rows.schema for name, rows in tables.items()}
        self.rows = {name: rows.to_pylist() for name, rows in tables.items()}
        self.chance = chance
        published = sorted({row["quarter"] for row in self.rows["report_version"]})
        place = {quarter: QUARTERS[at * len(QUARTERS) // len(published)] for at, quarter in enumerate(published)}
        for rows in self.rows.values():
            for row in rows:
                row |= {"quarter": place[row["quarter"]], "edition": "a"}
        self.of_report = {}
        for name in LISTS:
            for row in self.rows[name]:
                self.of_report.setdefault((name, row["report_id"]), []).append(row)
        self.cases = [row for row in self.rows["report_version"] if row["case_id"]]

    def revise(self, quarter, count):
        """A later version in that quarter, which takes some fields, or all drugs and reactions, over from another case."""
        earlier = [row for row in self.cases if row["quarter"] < quarter]
        for number, old in enumerate(self.chance.sample(earlier, count)):
            other = self.chance.choice(self.cases)
            taken = {name: other[name] for name in FIELDS if self.chance.random() < 0.4}
            report_id = 9_000_000_000 + old["report_id"] * 10 + int(quarter[3])
            version = {
                "quarter": quarter,
                "report_id": report_id,
                "line": 900_000 + number,
                "version_number": old["version_number"] + 1,
                "unreadable_tables": "raw_drug" if self.chance.random() < 0.05 else None,
            }
            self.rows["report_version"].append(old | taken | version)
            like = self.chance.choice([old, other])
            self._list(like["report_id"], version | {"case_id": old["case_id"], "version_number": None})

    def crowd(self, size):
        """Copies of one case that differ in nothing but their numbers, two or three published in each quarter but the last."""
        dated = [row for row in self.cases if row["quarter"] == QUARTERS[0] and row["event_date"]]
        like = min(self.chance.sample(dated, 5), key=lambda row: row["case_id"])
        copies = [like]
        for number in range(size):
            self.turn(like | {"case_id": 800_000_000 + 10 * number}, like, QUARTERS[number % 4])
            copies.append(self.rows["report_version"][-1])
        return copies

    def turn(self, old, like, quarter):
        """A later version in that quarter in which a case tells what another one tells."""
        own = {"case_id": old["case_id"], "initial_fda_date": old["initial_fda_date"]}
        number = {"report_id": 7_000_000_000 + old["case_id"] * 10 + int(quarter[3]), "line": 700_000 + len(self.cases)}
        version = own | number | {"quarter": quarter, "version_number": old["version_number"] + 9}
        self.rows["report_version"].append(like | version)
        self._list(like["report_id"], version | {"version_number": None})
        for name in LISTS:
            copied = [row for row in self.rows[name] if row["report_id"] == number["report_id"]]
            self.of_report[name, number["report_id"]] = copied

    def _list(self, like, version):
        for name in LISTS:
            for row in self.of_report.get((name, like), []):
                self.rows[name].append(row | {key: value for key, value in version.items() if key in row})

    def withdraw(self, quarter, count):
        for number, row in enumerate(self.chance.sample(self.cases, count)):
            self.rows["withdrawn_case"].append(
                {"quarter": quarter, "edition": "a", "case_id": row["case_id"], "line": 2 + number}
            )

    def share_numbers(self, quarter):
        """Two cases of a quarter under one report number."""
        one, other = self.chance.sample([row for row in self.cases if row["quarter"] == quarter], 2)
        old, new = other["report_id"], one["report_id"]
        for name in ("report_version", *LISTS):
            for row in self.rows[name]:
                if row["report_id"] == old:
                    row["report_id"] = new

    def issue_again(self, quarter):
        """Another issue of the quarter, which lacks some reports and has other ages in some."""
        for name, rows in self.rows.items():
            kept = [row | {"edition": "b"} for row in rows if row["quarter"] == quarter and row.get("report_id", 1) % 7]
            for row in kept:
                if name == "report_version" and row["report_id"] % 5 == 0:
                    row["age_years"] = 44.0
            rows.extend(kept)

    def read(self, editions):
        """The typed tables of these issues of quarters."""
        kept = {
            name: [row for row in rows if editions.get(row["quarter"]) == row["edition"]]
            for name, rows in self.rows.items()
        }
        return {name: pa.Table.from_pylist(rows, self.schemas[name]) for name, rows in kept.items()}


def drawn(seed, *, reissued):
    """A world, and the issues of its quarters that are read at each of the two points."""
    world = World(random.Random(seed))
    for quarter in QUARTERS[1:]:
        world.revise(quarter, 25)
        world.withdraw(quarter, 6)
    first, *copies = world.crowd(12)
    one, other = world.chance.sample([row for row in world.cases if row["quarter"] == QUARTERS[0]], 2)
    world.turn(copies[9], one, NOW)
    world.turn(first | {"case_id": 800_000_005}, other, QUARTERS[0])
    world.turn(world.rows["report_version"][-1], first, NOW)
    world.share_numbers(NOW)
    world.share_numbers(QUARTERS[1])
    before = dict.fromkeys(QUARTERS[:-1], "a")
    now = dict.fromkeys(QUARTERS, "a")
    if reissued:
        world.issue_again(QUARTERS[2])
        now[QUARTERS[2]] = "b"
    return world, before, now


def shown(warehouse, tables, prefix=""):
    for name, rows in tables.items():
        warehouse.register(f"{prefix}{name}", rows)


def at_once(tables, as_of, folder):
    """Bytes of what is written when everything is worked out, and those tables and keys."""
    folder.mkdir(parents=True)
    with Warehouse(Settings()) as warehouse:
        shown(warehouse, tables)
        register_vocabulary(warehouse)
        keys = []
        keep = lambda made: keys.append(made.arrow("SELECT * FROM keyed_version"))  # noqa: E731
        resolve(warehouse, as_of, folder, keep)
        told = {table.name: warehouse.arrow(f"SELECT * FROM {table.name}") for table in RESOLVED}
    return bytes_in(folder), told, keys[0]


def keys_of(tables):
    """Keys of the versions of some quarters, worked out without the others."""
    with Warehouse(Settings()) as warehouse:
        shown(warehouse, tables)
        register_vocabulary(warehouse)
        warehouse.create("shared_number", model("link/shared_number"))
        compare_versions(warehouse)
        key_versions(warehouse)
        return warehouse.arrow("SELECT * FROM keyed_version")


def one_more(world, before, now, folder):
    """Bytes of what is written when the cases as of the earlier point are gone on from."""
    (folder / "again").mkdir(parents=True)
    tables, earlier = world.read(now), world.read(before)
    _, told, keys = at_once(earlier, EARLIER, folder / "before")
    changed = dict(set(before.items()) ^ set(now.items()))
    changed_editions = set(before.items()) ^ set(now.items())
    added = keys_of(world.read({quarter: now[quarter] for quarter in changed if quarter in now}))
    same = keys.filter(pc.invert(pc.is_in(keys["quarter"], pa.array(sorted(changed)))))
    with Warehouse(Settings()) as warehouse:
        for name, rows in tables.items():
            warehouse.connection.register(f"held_{name}", rows)
            warehouse.connection.execute(f"CREATE VIEW {name} AS SELECT * FROM held_{name}")
        register_vocabulary(warehouse)
        shown(warehouse, {f"earlier_{name}": rows for name, rows in told.items()})
        warehouse.register("earlier_report_version", earlier["report_version"])
        warehouse.register("earlier_keyed_version", keys)
        warehouse.register("later_keyed_version", pa.concat_tables([same, added]))
        for name in ("report_version", "withdrawn_case"):
            pieces = [world.read({quarter: edition})[name] for quarter, edition in sorted(changed_editions)]
            warehouse.register(f"changed_{name}", pa.concat_tables(pieces))
        resolve_again(warehouse, EARLIER, NOW, folder / "again")
    return bytes_in(folder / "again")


def bytes_in(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.parquet"))}


@pytest.mark.parametrize("window", [2, 60])
@pytest.mark.parametrize("reissued", [False, True])
@FEW
@given(seed=st.integers(0, 2**32 - 1))
def test_a_quarter_more_is_the_same_as_all_at_once(tmp_path_factory, monkeypatch, window, reissued, seed):
    monkeypatch.setattr("pipeline.cases.duplicates.window", lambda _block: window)
    folder = tmp_path_factory.mktemp("relinking")
    world, before, now = drawn(seed, reissued=reissued)
    whole, told, _ = at_once(world.read(now), NOW, folder / "whole")
    again = one_more(world, before, now, folder / "more")
    assert told["duplicate_pair"].num_rows > 10
    assert again == whole

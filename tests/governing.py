"""Stores of governance for tests: their people, a clock that stands until it is moved, plans and looks."""

import datetime as dt
import socket
import sqlite3
import tempfile
import uuid
from functools import cache
from pathlib import Path

import pg8000.native
from sqlalchemy import Engine, event

from pipeline.config import Settings
from pipeline.governance.actors import Actor, add_actor
from pipeline.governance.evidence import Evidence
from pipeline.governance.ledger import LookRow
from pipeline.governance.migration import upgraded
from pipeline.governance.plan import register_plan
from pipeline.governance.planfile import plan_content
from pipeline.governance.signals import Opening
from pipeline.governance.store import open_store

HOST, PORT, DATABASE, USER = "127.0.0.1", 5432, "test", "postgres"
ENGINES = ("sqlite", "postgresql")
BY_HAND = Opening(
    title="T-cell lymphoma", source="literature", world="spontaneous", product="tisagenlecleucel", endpoint="spm_tcell",
    reason="Two cases", owner="ada", reference="doi:10/x",
)  # fmt: skip
PLAN = """
id: tisa-tcell
title: T-cell malignancy with tisagenlecleucel
world: spontaneous
product: tisagenlecleucel
endpoint: {id: spm_tcell, scope: narrow}
design: {id: binomial_spending, parameters: {share: 0.1, spending: pocock}}
expected: {comparator: non_car_t}
alpha: 0.01
family: {id: tisa, alpha: 0.05}
maximum_length: 400
minimum_events: 3
looks: {every: quarter, from: 2026Q1, to: 2026Q4}
owner: ada
"""


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, text="2026-06-01T09:00:00+00:00"):
        self.now = dt.datetime.fromisoformat(text)

    def __call__(self):
        return self.now

    def set(self, text):
        self.now = dt.datetime.fromisoformat(text)

    def go(self, **lengths):
        self.now += dt.timedelta(**lengths)


def acting(store):
    """Carry out one thing as somebody, in a transaction of its own: acting(store)(who, what, *its arguments)."""

    def run(who, what, *arguments, **options):
        with store.writing(who) as writing:
            return what(writing, *arguments, **options)

    return run


def opening_by(reference):
    """A signal that a single designated event of a report opens."""
    return Opening(
        title="T-cell lymphoma, CAR-positive",
        source="designated_event",
        world="spontaneous",
        product="tisagenlecleucel",
        endpoint="spm_tcell",
        reason="First case with the transgene in the tumour",
        owner="ada",
        reference=reference,
        evidence=(Evidence("case", reference, "spontaneous"),),
    )


class AnyDesign:
    """Stands for a design that takes every plan, where a test is not about designs."""


def any_design(*_):
    return AnyDesign()


def postgresql_answers():
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, PORT)) == 0


def new_schema():
    """Address of a schema of its own, and how it is dropped."""
    name = f"gov_{uuid.uuid4().hex[:16]}"

    def drop():
        connection = pg8000.native.Connection(USER, host=HOST, port=PORT, database=DATABASE)
        connection.run(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
        connection.close()

    return f"postgresql://{USER}@{HOST}:{PORT}/{DATABASE}?schema={name}", drop


PEOPLE = (("ada", "Ada Byron", "scientist"), ("rex", "Rex Stout", "reviewer"), ("bob", "Bob Crick", "approver"))


def founded(settings, clock):
    """A new store with one person of each role: eve engineers, ada is scientist, rex reviews, bob approves.

    It was founded when the clock started. A SQLite store is a copy of one made before: each commit waits for the disk.
    """
    if settings.store_url is not None:
        store = _founded(settings, clock)
        event.listen(store._engine, "connect", _unsynced)
        return store
    target = Path(settings.lake) / "governance.sqlite"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(_template(clock().isoformat()))
    store = open_store(settings, clock)
    event.listen(store._engine, "connect", _unsynced)
    return store


def _unsynced(connection, _):
    """Do not wait for the disk: a test outlives no power failure."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
        return
    cursor = connection.cursor()
    cursor.execute("SET synchronous_commit TO off")
    connection.commit()
    cursor.close()


@cache
def _template(start):
    with tempfile.TemporaryDirectory() as folder:
        _founded(Settings(lake=folder), Clock(start))
        return (Path(folder) / "governance.sqlite").read_bytes()


def _founded(settings, clock):
    event.listen(Engine, "connect", _unsynced)
    store, _ = upgraded(settings, clock)
    add_actor(store, None, Actor("eve", "Eve Adams", ("engineer",)))
    for person, name, role in PEOPLE:
        add_actor(store, "eve", Actor(person, name, (role,)))
    event.remove(Engine, "connect", _unsynced)
    return store


def content(tmp_path, text=PLAN, **changed):
    """A plan's file with some lines changed, read."""
    lines = [line for line in text.strip().splitlines() if line.partition(":")[0] not in changed]
    lines += [f"{name}: {value}" for name, value in changed.items() if value is not None]
    path = tmp_path / "plan.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return plan_content(path)


def registered(store, tmp_path, **changed):
    with store.writing("ada") as writing:
        return register_plan(writing, content(tmp_path, **changed), any_design)[0]


def look_row(plan, number, **changed):
    """A look of a plan, of data that only this number has."""
    told = {
        "snapshot": {"tables": {"signal": number}},
        "counts": {"observed": number},
        "observed": number,
        "statistic": 0.1 * number,
        "critical_value": 3.0,
        "alpha_spent": 0.001 * number,
        "code_version": "0",
    }
    return LookRow(plan.id, number, plan.looks[number - 1], **(told | changed))


def settings_of(engine, tmp_path, request):
    """Settings of a store on one engine; PostgreSQL in a schema that is dropped afterwards."""
    import pytest

    if engine == "sqlite":
        return Settings(lake=str(tmp_path / "lake"))
    if not postgresql_answers():
        pytest.skip(f"no PostgreSQL answers at {HOST}:{PORT}")
    url, drop = new_schema()
    request.addfinalizer(drop)
    return Settings(lake=str(tmp_path / "lake"), store_url=url)

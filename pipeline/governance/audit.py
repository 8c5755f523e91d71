"""The audit trail: every change of the store is one record, written with the change itself and chained to the one before."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Executable, insert, select, update

from pipeline.errors import DecisionConflict
from pipeline.governance.canonical import canonical, content_hash
from pipeline.governance.schema import ACTOR, AUDIT_EVENT, AUDIT_HEAD
from pipeline.governance.store import SYSTEM, Row, Store, Writing, fetched

# What the first record has in the place of a hash before it.
GENESIS = "0" * 64
HASHED = tuple(column.name for column in AUDIT_EVENT.columns if column.name != "hash")


@dataclass(frozen=True, slots=True)
class Change:
    """What is changed: before and after are the whole row, None where there was or is none."""

    subject_kind: str
    subject_id: str
    action: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    reason: str | None = None


def written(writing: Writing, statement: Executable, change: Change) -> None:
    """Carry out one statement that writes one row, and record it: the only way in which the store is changed.

    DecisionConflict where the statement finds no row: somebody changed it since it was read.
    """
    if writing.connection.execute(statement).rowcount != 1:
        raise DecisionConflict(
            f"{change.subject_kind} {change.subject_id} was changed by somebody else meanwhile: "
            "nothing was written; look at it again, then decide."
        )
    record(writing, change)


def record(writing: Writing, change: Change) -> Row:
    """Append one record to the trail, and move its head; the record with its place and hash."""
    head = fetched(writing.connection, select(AUDIT_HEAD))[0]
    event = {
        "number": head["n_events"] + 1,
        "at": writing.at,
        "actor": writing.actor,
        "subject_kind": change.subject_kind,
        "subject_id": change.subject_id,
        "action": change.action,
        "before": None if change.before is None else canonical(change.before),
        "after": None if change.after is None else canonical(change.after),
        "reason": change.reason,
        "previous_hash": head["hash"],
    }
    event["hash"] = event_hash(event)
    writing.connection.execute(insert(AUDIT_EVENT).values(event))
    writing.connection.execute(update(AUDIT_HEAD).values(n_events=event["number"], hash=event["hash"]))
    return event


def event_hash(event: Mapping[str, Any]) -> str:
    """SHA-256 over everything a record says, the hash of the one before included; its own hash left out."""
    return content_hash({name: event[name] for name in HASHED})


def events(connection: Connection, until: str | None = None, subject_kind: str | None = None) -> Iterator[Row]:
    """Records in their order; until: only those of times before it, in the store's way of writing a time."""
    query = select(AUDIT_EVENT).order_by(AUDIT_EVENT.c.number)
    if until is not None:
        query = query.where(AUDIT_EVENT.c.at < until)
    if subject_kind is not None:
        query = query.where(AUDIT_EVENT.c.subject_kind == subject_kind)
    for row in connection.execute(query).mappings():
        yield dict(row)


def head(connection: Connection) -> Row:
    """How many records there are by the store's own count, and the hash of the last."""
    found = fetched(connection, select(AUDIT_HEAD.c.n_events, AUDIT_HEAD.c.hash))
    return found[0] if found else {"n_events": 0, "hash": GENESIS}


def record_founding(store: Store, connection: Connection, before: str | None, after: str) -> None:
    """Record that the store was made or brought to another schema; a new one gets its head and the system as actor."""
    if before is None:
        connection.execute(insert(AUDIT_HEAD).values(id=1, n_events=0, hash=GENESIS))
    writing = store.founding(connection, SYSTEM)
    old = None if before is None else {"revision": before}
    action = "create" if before is None else "upgrade"
    record(writing, Change("store", "schema", action, old, {"revision": after}))
    if before is None:
        row = {"id": SYSTEM, "name": "cartwatch itself", "roles": canonical([SYSTEM])}
        written(writing, insert(ACTOR).values(row), Change("actor", SYSTEM, "add", None, row))

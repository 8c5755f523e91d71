"""Who acts: people with roles, and what each role may do."""

import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from pipeline.errors import DecisionConflict, NothingThere, UsageError
from pipeline.governance.audit import Change, written
from pipeline.governance.canonical import canonical, restored
from pipeline.governance.datafiles import data_file
from pipeline.governance.schema import ACTOR
from pipeline.governance.store import SYSTEM, Store, Writing, fetched
from pipeline.governance.words import said

ACTOR_ID = re.compile(r"[a-z][a-z0-9._-]{0,63}")
ENGINEER = "engineer"
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: id in lower case, name as it is printed beside a signature, roles in alphabetical order."""

    id: str
    name: str
    roles: tuple[str, ...]


@cache
def permissions() -> dict[str, frozenset[str]]:
    """For each role what it may do, in the order of roles.yaml."""
    return {role["id"]: frozenset(role["may"]) for role in data_file("roles.yaml")["roles"]}


def refuse_unless(writing: Writing, act: str) -> None:
    """UsageError where none of the actor's roles may do this; it says which may."""
    known = permissions()
    if not any(act in known[role] for role in writing.roles):
        able = ", ".join(role for role, acts in known.items() if act in acts and role != SYSTEM)
        raise UsageError(
            f"{writing.actor} ({', '.join(writing.roles)}) may not {act.replace('_', ' ')}: "
            f"this takes one of the roles {able}."
        )


def add_actor(store: Store, by: str | None, actor: Actor, *, replaces: str | None = None) -> bool:
    """Make somebody known; False where the same person with the same roles is known already.

    The first person of a store adds himself or herself and must be an engineer; after that an engineer adds others.
    replaces: the reason for which name and roles of somebody known are replaced; without one that is a
    DecisionConflict.
    """
    _refuse_unfit(actor)
    with store.locked() as connection:
        if not _people(connection):
            refuse_first(actor, by)
            writing = store.founding(connection, actor.id)
        else:
            writing = store.acting(connection, by)
            refuse_unless(writing, "add_actor")
        return _kept(writing, actor, replaces)


def actors(connection: Connection) -> list[Actor]:
    """Everybody known, by id."""
    return [_actor(row) for row in fetched(connection, select(ACTOR).order_by(ACTOR.c.id))]


def actor(connection: Connection, actor_id: str) -> Actor:
    """Somebody by id; NothingThere where nobody has it."""
    rows = fetched(connection, select(ACTOR).where(ACTOR.c.id == actor_id))
    if not rows:
        raise NothingThere(f"There is no actor {actor_id!r}: 'cartwatch actor list' shows who is known.")
    return _actor(rows[0])


def _kept(writing: Writing, given: Actor, replaces: str | None) -> bool:
    before = fetched(writing.connection, select(ACTOR).where(ACTOR.c.id == given.id))
    after = {**asdict(given), "roles": canonical(sorted(given.roles))}
    if not before:
        written(writing, insert(ACTOR).values(after), Change("actor", given.id, "add", None, after))
    elif before[0] == after:
        return False
    elif replaces is None:
        raise DecisionConflict(
            f"{given.id} is known as {before[0]['name']} with the roles {', '.join(restored(before[0]['roles']))}: "
            "nothing was written; to replace that give --replace with the reason."
        )
    else:
        reason = said(replaces, f"the reason to replace {given.id}")
        statement = update(ACTOR).where(ACTOR.c.id == given.id).values(after)
        written(writing, statement, Change("actor", given.id, "replace", before[0], after, reason))
    return True


def _refuse_unfit(given: Actor) -> None:
    if not ACTOR_ID.fullmatch(given.id):
        raise UsageError(f"{given.id!r} cannot be an actor's id: a lower-case letter, then letters, digits, . _ or -.")
    said(given.name, f"the name of {given.id}, as it is printed beside a signature", LONGEST_NAME)
    people = [role for role in permissions() if role != SYSTEM]
    unknown = sorted(set(given.roles) - set(people))
    if unknown or not given.roles:
        raise UsageError(f"{unknown[0] if unknown else 'nothing'!r} is no role of a person: give {', '.join(people)}.")


def refuse_first(given: Actor, by: str | None) -> None:
    """UsageError where this cannot be the first person of a store: asked before one is made."""
    _refuse_unfit(given)
    if by not in (None, given.id):
        raise UsageError(f"The store knows nobody yet, {by} neither: the first person adds himself or herself.")
    if ENGINEER not in given.roles:
        raise UsageError(f"{given.id} is the first person and needs the role {ENGINEER}: nobody else may add others.")


def _people(connection: Connection) -> int:
    query = select(func.count().label("n")).select_from(ACTOR).where(ACTOR.c.id != SYSTEM)
    return int(fetched(connection, query)[0]["n"])


def _actor(row: dict[str, Any]) -> Actor:
    return Actor(row["id"], row["name"], tuple(restored(row["roles"])))

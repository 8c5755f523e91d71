"""Whether the audit trail is whole: no record altered, missing, added or out of order, and the store as it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from pipeline.governance.audit import GENESIS, event_hash, events, head
from pipeline.governance.canonical import canonical
from pipeline.governance.schema import ACTOR, LOOK, PLAN, SIGNAL, SIGNATURE
from pipeline.governance.store import Row, fetched

# Each table whose rows the trail tells, by the kind of its subject.
SUBJECTS: dict[str, Table] = {"actor": ACTOR, "plan": PLAN, "look": LOOK, "signal": SIGNAL, "signature": SIGNATURE}


@dataclass(frozen=True, slots=True)
class Verdict:
    """n_events: records read. head_hash: of the last one. first_bad: what is wrong first, None where nothing is.

    n_heads: earlier heads, kept outside the store, that it was held against. is_compared: whether it was also held against
    an export made earlier.
    """

    n_events: int
    head_hash: str
    first_bad: str | None
    n_heads: int = 0
    is_compared: bool = False


def verify(
    connection: Connection,
    exported: tuple[list[Row], Mapping[str, Any]] | None = None,
    heads: Sequence[Mapping[str, Any]] = (),
) -> Verdict:
    """Read the whole trail and hold it against itself, its head, the store's rows, earlier heads and an earlier export.

    exported: records and head as auditexport.read_export gives them. heads: as anchors.kept_heads gives them. The trail alone
    cannot tell that its end and its head were both rewritten; what was kept elsewhere can.
    """
    chain = Chain()
    for event in events(connection):
        chain.take(event)
    first_bad = chain.first_bad or _head_problem(chain, head(connection))
    first_bad = first_bad or next(_anchor_problems(chain, heads), None)
    first_bad = first_bad or (None if exported is None else _export_problem(chain, *exported))
    first_bad = first_bad or next(_row_problems(connection, chain.latest), None)
    return Verdict(chain.n_events, chain.previous, first_bad, len(heads), exported is not None)


class Chain:
    """Records taken one after the other: each must follow from the one before; the first that does not is remembered."""

    def __init__(self) -> None:
        self.n_events = 0
        self.previous = GENESIS
        self.hashes: list[str] = []
        self.first_bad: str | None = None
        self.latest: dict[tuple[str, str], str | None] = {}
        self._last_time = ""

    def take(self, event: Row) -> None:
        """Hold one record against those before it."""
        self.first_bad = self.first_bad or self._problem(event)
        self.n_events += 1
        self.previous = event["hash"]
        self._last_time = event["at"]
        self.hashes.append(event["hash"])
        self.latest[event["subject_kind"], event["subject_id"]] = event["after"]

    def _problem(self, event: Row) -> str | None:
        wanted = self.n_events + 1
        if event["number"] > wanted:
            return f"record {wanted} is missing: record {event['number']} comes next"
        if event["number"] < wanted:
            return f"record {event['number']} stands out of its place"
        if not _gives(event):
            return f"record {wanted} was altered: its content does not give its hash"
        if event["previous_hash"] != self.previous:
            return f"record {wanted} does not follow record {self.n_events}: one of them was altered, replaced or moved"
        if event["at"] < self._last_time:
            return f"record {wanted} is of an earlier time than record {self.n_events}"
        return None


def _head_problem(chain: Chain, told: Mapping[str, Any]) -> str | None:
    """Whether the trail ends where its head says."""
    if told["n_events"] > chain.n_events:
        return f"record {chain.n_events + 1} is missing: the trail was cut off after record {chain.n_events} of {told['n_events']}"
    if told["n_events"] < chain.n_events:
        return f"record {told['n_events'] + 1} was added after the last one: the head tells {told['n_events']} records"
    if told["hash"] != chain.previous:
        return f"record {chain.n_events} is not the one that the head tells"
    return None


def _anchor_problems(chain: Chain, heads: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Whether every head that the trail has had is still one of its records."""
    for one in heads:
        number = int(one["n_events"])
        if number > chain.n_events:
            yield (
                f"record {chain.n_events + 1} is missing: the trail once had {number} records, as the heads kept in the "
                "lake tell, and was cut off"
            )
        elif number < 1 or chain.hashes[number - 1] != one["hash"]:
            yield f"record {number} is another one than the heads kept in the lake tell"


def _export_problem(chain: Chain, exported: list[Row], told: Mapping[str, Any]) -> str | None:
    """Whether the export is whole, and everything in it is still the trail's beginning."""
    copy = Chain()
    for event in exported:
        copy.take(event)
    own = copy.first_bad or _head_problem(copy, told)
    if own is not None:
        return f"in the export, {own}"
    for place, hash_ in enumerate(copy.hashes):
        if place >= chain.n_events:
            return f"record {place + 1} is missing: the export has it, the store's trail was cut off"
        if chain.hashes[place] != hash_:
            return f"record {place + 1} is another one than in the export"
    return None


def _row_problems(connection: Connection, latest: Mapping[tuple[str, str], str | None]) -> Iterator[str]:
    """Rows of the store that are not what their last record says, rows without a record, and records without a row."""
    for kind, table in SUBJECTS.items():
        rows = {_subject_id(kind, row): row for row in fetched(connection, select(table))}
        told = {subject: after for (known, subject), after in latest.items() if known == kind}
        for subject in sorted({*rows, *told}):
            if subject not in rows:
                yield f"{kind} {subject} is missing: the trail tells it, the store does not hold it"
            elif subject not in told:
                yield f"{kind} {subject} was added past the audit trail"
            elif _plain(rows[subject]) != told[subject]:
                yield f"{kind} {subject} was altered past the audit trail"


def _subject_id(kind: str, row: Row) -> str:
    if kind == "signature":
        return f"{row['signal_id']}:{row['decision']}:{row['actor']}"
    return str(row["id"])


def _gives(event: Row) -> bool:
    """Whether the record's content gives its hash; what could never have been written does not."""
    try:
        return bool(event_hash(event) == event["hash"])
    except (TypeError, ValueError):
        return False


def _plain(row: Row) -> str | None:
    """The row as the trail tells it; None where it holds what could never have been written."""
    try:
        return canonical(row)
    except (TypeError, ValueError):
        return None

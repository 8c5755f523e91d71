"""Whatever people do in whatever order, the trail stays whole; whatever is done to the trail, it is found."""

import json
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from pipeline.config import Settings
from pipeline.errors import CartwatchError
from pipeline.governance.assessment import Assessment, assess
from pipeline.governance.audit import event_hash, events
from pipeline.governance.canonical import canonical, content_hash
from pipeline.governance.decisions import move, sign, signatures, withdraw
from pipeline.governance.designated import Found, Outcome, record_found
from pipeline.governance.ledger import CONTINUE, CROSSED, looks_of, record_look, skip_look
from pipeline.governance.schema import AUDIT_EVENT, AUDIT_HEAD
from pipeline.governance.signals import Opening, open_from_look, open_signal, signals
from pipeline.governance.states import allowed, state, states
from pipeline.governance.store import fetched
from pipeline.governance.verification import Chain, verify
from tests.governing import Clock, founded, look_row, registered

FEW = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
PEOPLE = ("ada", "rex", "bob", "eve", "system", "mallory")
OPENING = Opening(
    title="T-cell lymphoma", source="literature", world="spontaneous", product="tisagenlecleucel", endpoint="spm_tcell",
    reason="Two cases", owner="ada", reference="doi:10/x", scope="narrow",
)  # fmt: skip
ACTS = st.one_of(
    st.tuples(st.just("look"), st.sampled_from([CONTINUE, CROSSED]), st.floats(0, 0.012)),
    st.tuples(st.just("skip"), st.text(max_size=3), st.just(0)),
    st.tuples(st.just("open"), st.just(""), st.just(0)),
    st.tuples(st.just("event"), st.sampled_from(["2025Q3", "2025Q4"]), st.integers(0, 7)),
    st.tuples(st.just("move"), st.sampled_from(sorted(states())), st.integers(1, 2)),
    st.tuples(st.just("withdraw"), st.text(max_size=3), st.integers(1, 2)),
    st.tuples(st.just("assess"), st.sampled_from(["weak", "strong", "huge"]), st.integers(1, 2)),
    st.tuples(st.just("sign"), st.sampled_from(["review", "approval"]), st.integers(1, 2)),
)
# Most are done by those who may: a sequence in which everything is refused shows little.
STEPS = st.lists(st.tuples(st.sampled_from(("ada", "ada", "ada", "bob", *PEOPLE)), ACTS), max_size=25)


def carried_out(writing, plan, kind, word, number):
    match kind:
        case "look":
            n = len(looks_of(writing.connection, plan.id)) + 1
            look = record_look(writing, plan, look_row(plan, min(n, 4), decision=word, alpha_spent=number))
            if word == CROSSED:
                open_from_look(writing, plan, look)
        case "skip":
            skip_look(writing, plan, min(len(looks_of(writing.connection, plan.id)) + 1, 4), word)
        case "open":
            open_signal(writing, OPENING)
        case "event":
            held = tuple(case for case in range(3) if number & 1 << case)
            found = Found(OPENING.product, OPENING.endpoint, "reports", word, {"n_cases": len(held)}, held)
            record_found(writing, found)
            assert record_found(writing, found).outcome in {Outcome.UNCHANGED, Outcome.TOLD}
        case "move":
            move(writing, number, word, "because", rule="new_evidence")
        case "withdraw":
            withdraw(writing, number, word)
        case "assess":
            assess(writing, number, Assessment(strength=word), "because")
        case "sign":
            sign(writing, number, word)


@FEW
@given(STEPS)
def test_any_sequence_of_acts_leaves_a_whole_trail_and_lawful_states(steps):
    with tempfile.TemporaryDirectory() as folder:
        clock = Clock()
        store = founded(Settings(lake=folder), clock)
        plan = registered(store, Path(folder))
        for who, act in steps:
            clock.go(minutes=1)
            try:
                with store.writing(who) as writing:
                    carried_out(writing, plan, *act)
            except CartwatchError:
                continue
        with store.reading() as connection:
            assert verify(connection).first_bad is None
            _refuse_unlawful(connection, plan)


def _refuse_unlawful(connection, plan):
    """What must hold whatever was done."""
    spent = [look.alpha_spent for look in looks_of(connection, plan.id)]
    assert spent == sorted(spent)
    assert all(value <= plan.alpha + 1e-12 for value in spent)
    was = {}
    for event in events(connection, subject_kind="signal"):
        now = json.loads(event["after"])["state"]
        before = was.get(event["subject_id"])
        assert before is None or now == before or now in allowed(before)
        was[event["subject_id"]] = now
        assert event["actor"] != "system" or event["action"] in {"open", "evidence"}
    for one in signals(connection):
        if state(one.state).is_closed:
            signed = signatures(connection, one.id, one.n_decisions)
            assert len({row["actor"] for row in signed}) == 2
            assert "approver" in {row["role"] for row in signed}


TAMPERINGS = st.one_of(
    st.tuples(st.just("remove"), st.integers(1, 12), st.integers(1, 12)),
    st.tuples(st.just("swap"), st.integers(1, 12), st.integers(1, 12)),
    st.tuples(st.just("repeat"), st.integers(1, 12), st.integers(1, 12)),
    st.tuples(
        st.sampled_from(
            [
                "at",
                "actor",
                "subject_kind",
                "subject_id",
                "action",
                "before",
                "after",
                "reason",
                "previous_hash",
                "hash",
            ]
        ),
        st.integers(1, 12),
        st.text(max_size=8),
    ),
)


def trail_of_twelve():
    """Twelve records that follow one from the other."""
    trail, previous = [], "0" * 64
    for number in range(1, 13):
        event = {
            "number": number, "at": f"2026-06-01T09:{number:02}:00.000000Z", "actor": "ada", "subject_kind": "signal",
            "subject_id": "1", "action": "move", "before": None, "after": canonical({"n": number}), "reason": f"r{number}",
            "previous_hash": previous,
        }  # fmt: skip
        event["hash"] = previous = event_hash(event)
        trail.append(event)
    return trail


def spoilt(trail, how, place, more):
    """The trail as somebody left it, and whether that is another trail at all."""
    new = [dict(event) for event in trail]
    match how:
        case "remove":
            del new[place - 1 : place - 1 + more]
        case "swap":
            new[place - 1], new[more - 1] = new[more - 1], new[place - 1]
        case "repeat":
            new.insert(more - 1, new[place - 1])
        case column:
            new[place - 1][column] = more
    return new


@settings(max_examples=300, deadline=None)
@given(TAMPERINGS)
def test_every_tampering_is_found_and_nothing_else_is(tampering):
    trail = trail_of_twelve()
    found = spoilt(trail, *tampering)
    chain = Chain()
    for event in found:
        chain.take(event)
    is_cut_off = chain.first_bad is None and chain.n_events < len(trail)  # the head tells that, below
    assert (chain.first_bad is None and not is_cut_off) == (found == trail)


@FEW
@given(st.lists(st.integers(1, 6), min_size=1, max_size=6, unique=True))
def test_any_records_removed_from_a_store_are_found_the_end_among_them(numbers):
    with tempfile.TemporaryDirectory() as folder:
        store = founded(Settings(lake=folder), Clock())
        with store.locked() as connection:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_event_no_{verb}")
            connection.execute(delete(AUDIT_EVENT).where(AUDIT_EVENT.c.number.in_(numbers)))
            assert verify(connection).first_bad.startswith(f"record {min(numbers)} is missing")


@FEW
@given(st.integers(1, 6), st.integers(7, 9))
def test_a_record_added_at_the_end_past_the_head_is_found(copied, number):
    with tempfile.TemporaryDirectory() as folder:
        store = founded(Settings(lake=folder), Clock())
        with store.locked() as connection:
            row = fetched(connection, select(AUDIT_EVENT).where(AUDIT_EVENT.c.number == copied))[0]
            last = fetched(connection, select(AUDIT_HEAD))[0]
            new = {**row, "number": number, "previous_hash": last["hash"]}
            connection.execute(insert(AUDIT_EVENT).values({**new, "hash": event_hash(new)}))
            assert verify(connection).first_bad is not None


@settings(max_examples=30, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_content_has_one_hash_whatever_the_order_of_its_keys(value):
    def reordered(held):
        if isinstance(held, dict):
            return {name: reordered(held[name]) for name in reversed(held)}
        return [reordered(one) for one in held] if isinstance(held, list) else held

    assert content_hash(reordered(value)) == content_hash(value)

"""Two people act at once: one wins, the other is told, and the trail stays whole. On both engines, with threads and processes."""

import multiprocessing
import threading
from functools import partial

import pytest

from pipeline.errors import DecisionConflict, UsageError
from pipeline.governance.decisions import move, sign
from pipeline.governance.ledger import looks_of, record_look
from pipeline.governance.plan import plan, plans, register_plan
from pipeline.governance.signals import open_signal, signal, signals
from pipeline.governance.store import Store
from pipeline.governance.verification import verify
from tests.governing import (
    BY_HAND,
    ENGINES,
    Clock,
    acting,
    any_design,
    content,
    founded,
    look_row,
    registered,
    settings_of,
)

CLOCK = Clock("2026-06-02T09:00:00+00:00")


@pytest.fixture(params=ENGINES)
def store(request, tmp_path):
    return founded(settings_of(request.param, tmp_path, request), Clock())


def at_once(*acts):
    """What each act gave, or the error it ended with; all begin together, each in its own thread."""
    barrier, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        barrier.wait()
        try:
            outcomes[place] = act()
        except (DecisionConflict, UsageError) as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=told) for told in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def losers(outcomes):
    return [one for one in outcomes if isinstance(one, Exception)]


def as_(store, who, what, *arguments, **options):
    return partial(acting(store), who, what, *arguments, **options)


def is_whole(store):
    with store.reading() as connection:
        return verify(connection).first_bad is None


def test_two_who_decide_upon_the_same_version_of_a_signal(store):
    as_(store, "ada", open_signal, BY_HAND)()
    outcomes = at_once(
        as_(store, "ada", move, 1, "validated", "A new case", seen=1),
        as_(store, "rex", move, 1, "not_validated", "A duplicate", seen=1),
    )
    (lost,) = losers(outcomes)
    assert isinstance(lost, DecisionConflict)
    assert "you saw version 1" in str(lost)
    with store.reading() as connection:
        assert signal(connection, 1).version == 2
    assert is_whole(store)


def test_two_who_move_without_having_seen_a_version(store):
    as_(store, "ada", open_signal, BY_HAND)()
    acts = [as_(store, who, move, 1, "validated", "Now") for who in ("ada", "rex")]
    (lost,) = losers(at_once(*acts))
    assert "Signal 1 is validated: it cannot become validated" in str(lost)
    assert is_whole(store)


def test_two_looks_of_the_same_number_at_other_data(store, tmp_path):
    kept = registered(store, tmp_path)
    acts = [as_(store, "system", record_look, kept, look_row(kept, 1, observed=n)) for n in (1, 2, 3)]
    lost = losers(at_once(*acts))
    assert len(lost) == 2
    assert all(isinstance(one, DecisionConflict) for one in lost)
    with store.reading() as connection:
        assert len(looks_of(connection, kept.id)) == 1
    assert is_whole(store)


def test_two_looks_at_the_same_data_find_one_row(store, tmp_path):
    kept = registered(store, tmp_path)
    one, two = at_once(*[as_(store, "system", record_look, kept, look_row(kept, 1)) for _ in range(2)])
    assert one == two


def test_two_plans_that_together_pass_their_familys_alpha(store, tmp_path):
    given = [
        content(tmp_path, id=f"p-{name}", endpoint=f"{{id: {name}, scope: narrow}}", alpha=0.03)
        for name in ("crs", "aki")
    ]
    (lost,) = losers(at_once(*[as_(store, "ada", register_plan, one, any_design) for one in given]))
    assert "0.02 of its alpha 0.05 left" in str(lost)
    with store.reading() as connection:
        assert len(plans(connection)) == 1


def test_two_amendments_of_one_plan(store, tmp_path):
    registered(store, tmp_path)
    given = [content(tmp_path, id=name, amends="tisa-tcell") for name in ("left", "right")]
    (lost,) = losers(at_once(*[as_(store, "ada", register_plan, one, any_design) for one in given]))
    assert isinstance(lost, DecisionConflict)
    with store.reading() as connection:
        assert plan(connection, "tisa-tcell").amended_by in {"left", "right"}


def test_two_signatures_at_once_are_two_signatures(store):
    as_(store, "ada", open_signal, BY_HAND)()
    as_(store, "ada", move, 1, "not_validated", "A duplicate")()
    outcomes = at_once(as_(store, "bob", sign, 1, "approval"), as_(store, "bob", sign, 1, "approval"))
    assert "bob has signed" in str(losers(outcomes)[0])
    assert as_(store, "rex", sign, 1, "review")().state == "not_validated"
    assert is_whole(store)


def test_a_change_rests_on_the_row_it_was_read_from(store):
    """Past the code's own order: the version in the statement decides, whatever was read before."""
    from dataclasses import replace

    from pipeline.governance.signals import changed

    held = as_(store, "ada", open_signal, BY_HAND)()
    as_(store, "ada", move, 1, "validated", "A new case")()
    with pytest.raises(DecisionConflict, match="signal 1 was changed by somebody else meanwhile"):
        as_(store, "rex", changed, held, replace(held, state="not_validated"), "move", "late")()
    assert is_whole(store)


def open_many(url, n):
    """In a process of its own: open signals one after the other."""
    store = Store(url, CLOCK)
    for _ in range(n):
        as_(store, "ada", open_signal, BY_HAND)()


@pytest.mark.slow
def test_processes_that_write_at_once_leave_one_whole_trail(store):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=open_many, args=(store.url, 5)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0]
    with store.reading() as connection:
        assert [one.id for one in signals(connection)] == list(range(1, 11))
    assert is_whole(store)


def test_who_waits_too_long_is_told(store, monkeypatch):
    from pipeline.governance import engine

    monkeypatch.setattr(engine, "PATIENCE", 1)
    impatient = Store(store.url, CLOCK)
    with (
        store.writing("ada"),
        pytest.raises(DecisionConflict, match=r"Somebody else was writing to .*: nothing was written; try again"),
        impatient.writing("rex"),
    ):
        pytest.fail("two write at once")

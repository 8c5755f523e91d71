"""Signals that nobody has judged yet: what is told of them, and what a reviewer is asked."""

from collections.abc import Mapping
from typing import Any

from pipeline.config import Settings
from pipeline.governance.designated import counted, is_of_event, where
from pipeline.governance.ledger import LookRow, looks_by_id
from pipeline.governance.signals import Signal, signals
from pipeline.governance.signals import signal as signal_of
from pipeline.governance.states import FIRST
from pipeline.governance.store import open_store

Waiting = dict[str, Any]
"""One signal: signal_id, version, state, is_waiting, kind, headline and sentence, and the numbers behind them."""
Looks = Mapping[str, LookRow]


def awaiting_review(settings: Settings) -> list[Waiting]:
    """Each signal that cartwatch opened by itself, or added evidence to, and that nobody has judged or put forward; by id.

    Told is the last thing that opened it or was added to it. Nothing of a case is told, no number of one either.
    """
    with open_store(settings).reading() as connection:
        looks = looks_by_id(connection)
        told = [_waiting(one, looks) for one in signals(connection, is_open=True)]
    return [one for one in told if one["is_waiting"] and one["kind"] != "opened_by_hand"]


def waiting_signal(settings: Settings, signal_id: int) -> Waiting:
    """One signal, whoever opened it; NothingThere where there is none of that id."""
    with open_store(settings).reading() as connection:
        return _waiting(signal_of(connection, signal_id), looks_by_id(connection))


def _waiting(signal: Signal, looks: Looks) -> Waiting:
    own = [item for item in signal.evidence if item["reference"] in looks or is_of_event(item)]
    last = max(own, key=lambda item: str(item["added_at"]), default=None)
    if last is None:
        told = _by_hand(signal)
    elif is_of_event(last):
        told = _of_event(signal, last["snapshot"])
    else:
        told = _of_look(signal, looks[last["reference"]])
    is_waiting = signal.state == FIRST and signal.pending is None
    standing = {"version": signal.version, "state": signal.state, "is_waiting": is_waiting}
    return {"signal_id": signal.id, **standing, **told}


def _by_hand(signal: Signal) -> Waiting:
    content = signal.content
    return {
        "kind": "opened_by_hand",
        "headline": content["title"],
        "sentence": f"Opened by hand from {content['source']}: {content['reason']}",
    }


def _of_look(signal: Signal, row: LookRow) -> Waiting:
    names = ("plan_id", "number", "dlp", "observed", "statistic", "critical_value")
    return {
        "kind": "look",
        "look_id": row.id,
        **{name: getattr(row, name) for name in names},
        "headline": f"{row.plan_id} crossed as of {row.dlp}",
        "sentence": f"Look {row.number} of plan {row.plan_id} as of {row.dlp}: {row.observed} cases observed, "
        f"statistic {row.statistic:.4g}, to reach {row.critical_value:.4g}; signal {signal.id}.",
    }


def _of_event(signal: Signal, held: Mapping[str, Any]) -> Waiting:
    content, source = signal.content, str(held["source"])
    what = f"designated event {content['endpoint']} with {content['product']}"
    return {
        "kind": "designated_event",
        **{name: content[name] for name in ("product", "endpoint")},
        "source": source,
        "dlp": held["dlp"],
        "counts": dict(held["counts"]),
        "headline": f"{what} as of {held['dlp']}",
        "sentence": f"{what.capitalize()} in {where(source)} as of {held['dlp']}: {counted(held['counts'], source)}; "
        f"signal {signal.id}.",
    }

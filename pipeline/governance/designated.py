"""A designated event opens a signal by itself: the first case is enough. What changes later is recorded, and closes nothing."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from pipeline.governance.actors import refuse_unless
from pipeline.governance.canonical import content_hash
from pipeline.governance.evidence import Evidence
from pipeline.governance.ledger import last_day
from pipeline.governance.plan import plans
from pipeline.governance.signals import DESIGNATED, Opening, Signal, changed, open_once, signals
from pipeline.governance.states import state
from pipeline.governance.store import SYSTEM, Writing
from pipeline.vocabulary.endpoints import endpoint
from pipeline.vocabulary.products import product

NARROW = "narrow"
REPORTS = "reports"
OWN_COHORT = "n_own_cohort"
# Case numbers that a sentence names before it says how many more there are; the evidence has them all.
MOST_NAMED = 20


class Outcome(StrEnum):
    """What became of an event found."""

    OPENED = "opened"
    ADDED = "added"
    UNCHANGED = "unchanged"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Found:
    """What the data hold of one designated event of one product as of a data-lock point; it may be nothing.

    source: `reports`, or the study's id. counts: numbers by name, of cases or patients; never who; OWN_COHORT where some of
    the cases are of a cohort that is also followed. case_ids: FAERS case numbers, of reports alone. received_on: first day on which one of the cases was received, None where it is not known.
    snapshot: what re-creates it: run id, Delta versions, hashes.
    """

    product: str
    endpoint: str
    source: str
    dlp: str
    counts: Mapping[str, int]
    case_ids: tuple[int, ...] = ()
    received_on: dt.date | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)

    @property
    def world(self) -> str:
        """The data it comes from: spontaneous, or cohort."""
        return "spontaneous" if self.source == REPORTS else "cohort"

    @property
    def is_there(self) -> bool:
        """Whether anybody had it."""
        return any(self.counts.values())


@dataclass(frozen=True, slots=True)
class Known:
    """What the signals hold of an event already. n: pieces of evidence. dlp: of the last one, None where there is none."""

    n: int
    dlp: str | None
    counts: Mapping[str, int]
    case_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of it. signal: the one opened or added to, or the newest that could not be; None where there is none."""

    outcome: Outcome
    signal: Signal | None
    n_added: int = 0
    n_withdrawn: int = 0


def record_found(writing: Writing, found: Found) -> Recorded:
    """Open the signal of a designated event when it first appears, and record every later change of what is held of it.

    Where a signal of the same question is open, the event becomes evidence of that one. What reports tell, and what a study
    tells, opens a signal once at most: where that one is closed, or a decision waits for signatures, nothing is written and
    the outcome is told, for no count reopens or closes a signal. The same data again, and an earlier data-lock point, change
    nothing.
    """
    refuse_unless(writing, "open_signal")
    alike = [one for one in signals(writing.connection) if _is_alike(one, found)]
    known = _known(alike, found)
    added = set(found.case_ids) - known.case_ids
    withdrawn = known.case_ids - set(found.case_ids)
    if not _is_news(found, known):
        return Recorded(Outcome.UNCHANGED, alike[-1] if alike else None)
    item = _evidence(found, known.n + 1, added, withdrawn)
    what = _change(found, known, added, withdrawn)
    open_ones = [one for one in alike if one.pending is None and not state(one.state).is_closed]
    if open_ones:
        new = replace(open_ones[0], evidence=(*open_ones[0].evidence, item.kept(writing)))
        kept = changed(writing, open_ones[0], new, "evidence", what)
        return Recorded(Outcome.ADDED, kept, len(added), len(withdrawn))
    if known.n or any(one.pending for one in alike):
        return Recorded(Outcome.TOLD, alike[-1], len(added), len(withdrawn))
    opened, _ = open_once(writing, _opening(writing, found, item, alike))
    return Recorded(Outcome.OPENED, opened, len(added))


def is_of_event(item: Mapping[str, Any]) -> bool:
    """Whether a piece of evidence was recorded here."""
    return "designated" in item["snapshot"]


def counted(found_counts: Mapping[str, int], source: str) -> str:
    """Counts in words: `3 cases, 1 fatal`, or `2 patients, 1 adjudicated, 1 CAR-positive`."""
    names = {"n_fatal": "fatal", "n_adjudicated": "adjudicated", "n_car_positive": "CAR-positive"}
    names |= {OWN_COHORT: "of the own cohort"}
    n = found_counts["n_cases"] if source == REPORTS else found_counts["n_patients"]
    unit = "case" if source == REPORTS else "patient"
    parts = [f"{found_counts[name]} {word}" for name, word in names.items() if name in found_counts]
    return ", ".join([f"{n} {unit}{'' if n == 1 else 's'}", *parts])


def where(source: str) -> str:
    """The data in words."""
    return "spontaneous reports" if source == REPORTS else f"the followed study {source}"


def _is_alike(known: Signal, found: Found) -> bool:
    content = known.content
    asked = (found.product, found.endpoint)
    return (content["product"], content["endpoint"]) == asked and content["scope"] in (None, NARROW)


def _known(alike: Iterable[Signal], found: Found) -> Known:
    """Pieces of evidence say what came and what went: together, in their order, what is held."""
    items = [item for one in alike for item in one.evidence if is_of_event(item)]
    told = [item["snapshot"] for item in items if item["snapshot"]["source"] == found.source]
    cases: set[int] = set()
    for one in sorted(told, key=lambda one: int(one["designated"])):
        cases = (cases | set(one["added"])) - set(one["withdrawn"])
    last = max(told, key=lambda one: int(one["designated"]), default=None)
    if last is None:
        return Known(0, None, {}, frozenset())
    return Known(len(told), str(last["dlp"]), last["counts"], frozenset(cases))


def _is_news(found: Found, known: Known) -> bool:
    if known.dlp is None:
        return found.is_there
    is_other = set(found.case_ids) != known.case_ids or dict(found.counts) != dict(known.counts)
    return found.dlp >= known.dlp and is_other


def _evidence(found: Found, number: int, added: Iterable[int], withdrawn: Iterable[int]) -> Evidence:
    """One piece; `designated` is its place among those of its source, `case_hash` of all case numbers as of then.

    Cases that are all of a followed cohort are not independent of what the study finds; of some, a person judges.
    """
    n_own, n = found.counts.get(OWN_COHORT, 0), len(found.case_ids)
    reason = f"{n_own} of {n} cases are of a cohort that is also followed in a study." if n_own else None
    told = {
        "designated": number,
        "source": found.source,
        "dlp": found.dlp,
        "counts": dict(found.counts),
        "added": sorted(added),
        "withdrawn": sorted(withdrawn),
        "case_hash": content_hash(sorted(found.case_ids)),
        "data": dict(found.snapshot),
    }
    reference = f"{found.endpoint}:{found.source}:{found.dlp}:{number}"
    kind = "case" if found.source == REPORTS else "cohort"
    return Evidence(kind, reference, found.world, False if n_own and n_own == n else None, reason, told)


def _change(found: Found, known: Known, added: Iterable[int], withdrawn: Iterable[int]) -> str:
    """What is new since the piece of evidence before, for the audit trail."""
    now = f"{counted(found.counts, found.source)} as of {found.dlp}"
    if known.dlp is None:
        return f"designated event in {where(found.source)}: {now}{_named(': ', found.case_ids)}"
    parts = [_named("new ", added), _named("no longer counted ", withdrawn)]
    before = counted(known.counts, found.source)
    return f"designated event in {where(found.source)}: {'; '.join([now, f'before {before}', *filter(None, parts)])}"


def _opening(writing: Writing, found: Found, item: Evidence, earlier: Iterable[Signal]) -> Opening:
    event = endpoint(found.endpoint)
    label = f", {event.label}" if event.label and found.source == REPORTS else ""
    return Opening(
        title=f"{event.title} with {product(found.product).title}",
        source=DESIGNATED,
        world=found.world,
        product=found.product,
        endpoint=found.endpoint,
        reason=f"Designated event in {where(found.source)} as of {found.dlp}: {counted(found.counts, found.source)}{label}"
        f"{_named(': ', found.case_ids)}. A single one is evaluated; no boundary is asked."
        + "".join(f" Signal {known.id} of the same question is {known.state}." for known in earlier),
        owner=_owner(writing, found),
        scope=NARROW,
        reference=item.reference,
        received_on=min(found.received_on or last_day(found.dlp), writing.day),
        evidence=(item,),
        origin=f"{DESIGNATED}:{found.product}:{found.endpoint}:{found.source}",
    )


def _owner(writing: Writing, found: Found) -> str:
    """Who owns the newest plan about it; the system where there is none, until somebody takes it."""
    asked = (found.product, found.endpoint)
    own = [known for known in plans(writing.connection) if (known.product, known.endpoint) == asked]
    return max(own, key=lambda known: known.registered_at).owner if own else SYSTEM


def _named(before: str, case_ids: Iterable[int]) -> str:
    """FAERS case numbers in words, the first MOST_NAMED of them; nothing for none."""
    listed = sorted(case_ids)
    if not listed:
        return ""
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return f"{before}FAERS {', '.join(map(str, listed[:MOST_NAMED]))}{more}"

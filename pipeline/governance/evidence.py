"""What a signal rests on, item by item, each pinned so that it can be made again; and whether it counts on its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errors import UsageError
from pipeline.governance.canonical import content_hash
from pipeline.governance.datafiles import data_file
from pipeline.governance.ledger import LookRow
from pipeline.governance.plan import Plan
from pipeline.governance.store import Row, Writing
from pipeline.governance.words import said

LONGEST_REFERENCE = 300
WORLDS = ("cohort", "spontaneous", "other")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item.

    kind: one of review.yaml's evidence_kinds. reference: its id there: a look, a run, a case number, a document; never
    what names a patient. world: which data it comes from. is_independent: whether it counts besides the others; None while
    nobody has judged it. A case of the study that also came through FAERS is not independent, and `reason` says so.
    snapshot: what re-creates it: run id, Delta versions, hashes.
    """

    kind: str
    reference: str
    world: str
    is_independent: bool | None = None
    reason: str | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)

    def kept(self, writing: Writing) -> Row:
        """As it is kept in the signal, with who added it and when; UsageError where it says too little."""
        kinds = data_file("review.yaml")["evidence_kinds"]
        if self.kind not in kinds:
            raise UsageError(f"{self.kind!r} is no kind of evidence: give one of {', '.join(kinds)}.")
        if self.world not in WORLDS:
            raise UsageError(f"{self.world!r} is no world of data: give one of {', '.join(WORLDS)}.")
        reference = said(self.reference, f"the reference of evidence of kind {self.kind}", LONGEST_REFERENCE)
        reason = None if self.reason is None else said(self.reason, f"the reason beside evidence {reference}")
        if self.is_independent is False and reason is None:
            raise UsageError(f"Evidence {reference} is said not to be independent: give the reason.")
        told = {
            "kind": self.kind,
            "reference": reference,
            "world": self.world,
            "is_independent": self.is_independent,
            "reason": reason,
            "snapshot": dict(self.snapshot),
        }
        return {**told, "added_by": writing.actor, "added_at": writing.at, "hash": content_hash(told)}


def look_evidence(plan: Plan, look: LookRow, n_own_cohort: int | None = None) -> Evidence:
    """A look as evidence, with all that re-creates it.

    n_own_cohort: how many of the product's cases with the event are of the own cohort, None where no case is marked. They
    are told; a look at reports that holds no other case is not independent.
    """
    names = ("dlp", "observed", "expected", "statistic", "critical_value", "run_id", "code_version")
    told = {name: getattr(look, name) for name in names}
    snapshot = {**told, "data": dict(look.snapshot)}
    if not n_own_cohort:
        return Evidence("look", look.id, plan.world, snapshot=snapshot)
    is_all = n_own_cohort >= (look.observed or 0)
    reason = f"{n_own_cohort} of the product's cases with the event are of a cohort that is also followed in a study."
    snapshot["n_own_cohort"] = n_own_cohort
    return Evidence("look", look.id, plan.world, False if is_all else None, reason, snapshot)


def refuse_unjudged(subject: str, evidence: tuple[Mapping[str, Any], ...]) -> None:
    """UsageError where both worlds speak and it is not judged which items count on their own.

    The cases of the study also reach FAERS: counted twice they would confirm themselves.
    """
    worlds = {item["world"] for item in evidence} & {"cohort", "spontaneous"}
    unjudged = [item["reference"] for item in evidence if item["is_independent"] is None]
    if len(worlds) > 1 and unjudged:
        raise UsageError(
            f"{subject} rests on the study and on reports, and nobody has judged whether {unjudged[0]} is independent: "
            f"a study case may also have come through FAERS; say so with 'cartwatch signal assess --judge {unjudged[0]}'."
        )

"""A case as one E2B message tells it: what onset by reaction needs, and no word about who the patient is.

The element numbers are those of E2B(R3); docs/onset.md says where E2B(R2) has the same.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Literal

from pipeline.intake.e2bvalues import ABSENT, NO_DATE, NO_INTERVAL, Interval, Moment, Told

Standing = Literal["report", "nullification", "amendment"]
SUSPECT = "1"
"""Role of a suspect drug (G.k.1); 2 concomitant, 3 interacting, 4 not administered."""


@dataclass(frozen=True, slots=True)
class Reaction:
    """One reaction, E.i. key: what the drug-reaction matrix calls it within its message.

    reported: in the reporter's words (E.i.1.2, else E.i.1.1a). code, meddra_version: the MedDRA code and its version.
    term: the coded term where the message spells it; is_preferred: that term is a preferred term. serious: criteria told
    to be met; outcome: E.i.7 as its code.
    """

    key: str
    number: int
    reported: Told = ABSENT
    code: str | None = None
    meddra_version: str | None = None
    term: str | None = None
    is_preferred: bool = False
    start: Moment = NO_DATE
    end: Moment = NO_DATE
    duration: Interval = NO_INTERVAL
    serious: tuple[str, ...] = ()
    seriousness_withheld: tuple[str, ...] = ()
    outcome: Told = ABSENT


@dataclass(frozen=True, slots=True)
class Dosing:
    """First and last administration of one dosage, G.k.4.r.4 and G.k.4.r.5."""

    first: Moment = NO_DATE
    last: Moment = NO_DATE


@dataclass(frozen=True, slots=True)
class Onset:
    """One cell of the drug-reaction matrix, G.k.9.i: intervals to the reaction's start.

    reaction: key of the reaction. from_first: from the first administration (G.k.9.i.3.1); from_last: from the last dose
    (G.k.9.i.3.2). The first day counts as 1.
    """

    reaction: str
    from_first: Interval = NO_INTERVAL
    from_last: Interval = NO_INTERVAL


@dataclass(frozen=True, slots=True)
class Drug:
    """One drug, G.k: its name as reported, its substances, its role, when it was given, and its cells of the matrix."""

    name: Told = ABSENT
    substances: tuple[str, ...] = ()
    role: Told = ABSENT
    dosings: tuple[Dosing, ...] = ()
    onsets: tuple[Onset, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One version of a case. file, number: where it stands, messages counted from 1; no part of what it says.

    case_id: worldwide unique case identification (C.1.8.1). sender_id: C.1.1. version: version number of E2B(R2), 0 where
    there is none. created: C.1.2. first_receipt: C.1.4. most_recent: C.1.5. digest: hash of all it says, which stays where
    reactions and drugs are let go.
    """

    file: str
    number: int
    form: str
    case_id: str
    sender_id: str | None
    standing: Standing
    version: int
    created: Told
    first_receipt: Moment
    most_recent: Moment
    reactions: tuple[Reaction, ...] = ()
    drugs: tuple[Drug, ...] = ()
    digest: str = ""

    def sealed(self, *, whole: bool) -> "Message":
        """The message with its digest; its reactions and drugs let go unless whole."""
        said = repr(replace(self, file="", number=0, digest=""))
        sealed = replace(self, digest=hashlib.sha256(said.encode()).hexdigest())
        return sealed if whole else replace(sealed, reactions=(), drugs=())


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message, or with number 0 a whole file, that was not read, and why; never a word of what it says of a patient.

    case_id, most_recent: of which case it is and how new, where that much could be read.
    """

    file: str
    number: int
    form: str | None
    reason: str
    case_id: str | None = None
    most_recent: Moment = NO_DATE

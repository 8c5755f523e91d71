"""One slice of a quarter while it is written: the roster, what it says, and the texts and days all tables share."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.demo.cart import PRODUCTS
from pipeline.demo.chance import Chance, Flags, Floats, Ints
from pipeline.demo.content import Content
from pipeline.demo.quarters import day_span, is_legacy, ordinal
from pipeline.demo.roster import Roster
from pipeline.demo.world import terms

Columns = dict[str, Any]  # our column name -> Arrow array of strings
PADDED_SINCE = ordinal("2021Q3")
_LATE_TERMS = (
    "Myelodysplastic syndrome",
    "Acute myeloid leukaemia",
    "Second primary malignancy",
    "T-cell lymphoma",
    "Peripheral T-cell lymphoma unspecified",
    "Squamous cell carcinoma of skin",
)


def texts(numbers: Ints) -> Any:
    """Whole numbers as an Arrow array of strings."""
    return pc.cast(pa.array(numbers), pa.string())


def picked(vocabulary: Any, places: Ints) -> Any:
    """Words of a vocabulary (list or Arrow array) at the given places."""
    words = vocabulary if isinstance(vocabulary, pa.Array) else pa.array(vocabulary, pa.string())
    return words.take(pa.array(places))


def shown(flags: Flags, words: Any) -> Any:
    """The words where the flag is set, else nothing."""
    return pc.if_else(pa.array(flags), words, "")


@dataclass(frozen=True)
class Page:
    """A slice of the roster of one quarter, with its content."""

    at: int
    roster: Roster
    content: Content
    chance: Chance

    def uniform(self, purpose: str) -> Floats:
        """One number per report that every version of its case shares."""
        return self.chance.uniform(purpose, self.roster.caseid)

    def happens(self, purpose: str, share: float) -> Flags:
        """Whether something is so of each case, for the given share of cases."""
        return self.chance.happens(purpose, share, self.roster.caseid)

    @cached_property
    def is_cart(self) -> Flags:
        """Reports about a CAR-T product."""
        return np.asarray(self.roster.product >= 0)

    @cached_property
    def primaryid(self) -> Any:
        """Text of the report number: legacy ISR, or case number followed by version."""
        if is_legacy(self.at):
            return texts(self.roster.isr)
        return pc.binary_join_element_wise(self.caseid, texts(self.roster.version), "")

    @cached_property
    def caseid(self) -> Any:
        """Text of the case number."""
        return texts(self.roster.caseid)

    @cached_property
    def first_day(self) -> Ints:
        """Day FDA first received each case, inside the quarter it began in."""
        origins, place = np.unique(self.roster.origin, return_inverse=True)
        span = np.array([day_span(int(origin)) for origin in origins]).reshape(-1, 2)
        start, stop = span[place, 0], span[place, 1]
        return np.asarray(start + np.floor(self.uniform("first day") * (stop - start)), dtype=np.int64)

    @cached_property
    def fda_day(self) -> Ints:
        """Day FDA received this version."""
        start, stop = day_span(self.at)
        later = self.chance.whole("day", start, stop - 1, self.roster.caseid, self.roster.version)
        return np.where(self.roster.version == 1, self.first_day, later)

    @cached_property
    def _approval_day(self) -> Ints:
        approved = np.array([*(day_span(one.approved)[0] for one in PRODUCTS), -40_000])
        return np.asarray(approved[self.roster.product])

    @cached_property
    def event_day(self) -> Ints:
        """Day of the event: weeks to years before first receipt; after a CAR-T's approval."""
        mean = np.where(self.is_cart, 45.0, 160.0)
        before = 3 - mean * np.log1p(-self.uniform("event day"))
        return np.maximum(self.first_day - before.astype(np.int64), self._approval_day)

    @cached_property
    def start_day(self) -> Ints:
        """Day treatment began: days before the event for a CAR-T, years before a late cancer, weeks otherwise."""
        late = np.zeros(len(self.roster), dtype=bool)
        reactions = self.content.reactions
        late[reactions.report[np.isin(reactions.value, terms().places(_LATE_TERMS))]] = True
        drawn = -np.log1p(-self.uniform("onset"))
        onset = np.where(self.is_cart, np.where(late, 200 + 400 * drawn, 1 + 5 * drawn), 90 * drawn)
        return np.maximum(self.event_day - onset.astype(np.int64), self._approval_day)

    @cached_property
    def is_padded(self) -> bool:
        """Whether FDA already padded month-only event dates in this quarter."""
        return self.at >= PADDED_SINCE

"""Which report versions a quarter holds: case numbers, versions, where each case began, which are CAR-T."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from pipeline.demo.cart import PRODUCTS, reports_expected
from pipeline.demo.chance import Chance, Flags, Ints
from pipeline.demo.quarters import is_legacy, ordinal

FOLLOW_UP_SHARE = 0.25  # of a quarter's reports, follow-up versions of older cases
OLDEST = 11  # quarters a followed case may go back, in a quarter written alone
LIVELY_VERSION = 9  # some cases start here, so that their next version is 10

_CASE_LINE = {"2004Q1": 4_060_000, "2012Q3": 8_480_000, "2012Q4": 8_650_000, "2014Q1": 10_000_000, "2026Q2": 26_500_000}
_ISR_LINE = {"2004Q1": 4_263_000, "2012Q3": 8_700_000}


@dataclass(frozen=True)
class Roster:
    """Report versions of one quarter, one element per report in every array.

    caseid; version: FDA's, from 1; origin: quarter (ordinal) of the first version; product: place in PRODUCTS, -1 for
    none; dropped: this version no longer names the CAR-T product; isr: legacy report number (0 outside legacy).
    """

    caseid: Ints
    version: Ints
    origin: Ints
    product: Ints
    dropped: Flags
    isr: Ints

    def __len__(self) -> int:
        return len(self.caseid)

    def take(self, which: Ints | Flags | slice) -> Self:
        """The chosen reports, in the chosen order."""
        return type(self)(*(getattr(self, one.name)[which] for one in fields(self)))


def join(rosters: Iterable[Roster]) -> Roster:
    """Several rosters as one, in order."""
    parts = list(rosters)
    return Roster(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Roster)))


def _on_line(line: dict[str, int], at: int) -> int:
    known = [ordinal(quarter) for quarter in line]
    beyond = max(0, at - known[-1]) * 336_000
    return int(np.interp(at, known, list(line.values()))) + beyond


def first_caseid(at: int) -> int:
    """About where FDA's case numbers stood when the quarter began."""
    return _on_line(_CASE_LINE, at)


def first_isr(at: int) -> int:
    """About where legacy report numbers stood when the quarter began."""
    return _on_line(_ISR_LINE, at)


def _fresh(
    caseid: Ints, at: int, *, version: Ints | int = 1, origin: Ints | int | None = None, product: Ints | int = -1
) -> Roster:
    def filled(value: Ints | int) -> Ints:
        return np.broadcast_to(np.asarray(value, dtype=np.int64), caseid.shape).copy()

    begun = filled(at if origin is None else origin)
    return Roster(caseid, filled(version), begun, filled(product), np.zeros(len(caseid), dtype=bool), filled(0))


def _placed(count: int, wanted: list[int], chance: Chance, at: int, purpose: str) -> Ints:
    """Products for count reports, wanted[p] of each, scattered among the others."""
    kinds = np.repeat(np.arange(len(wanted)), wanted)[:count]
    product = np.full(count, -1, dtype=np.int64)
    product[np.argsort(chance.uniform(purpose, np.arange(count), np.array([at])))[: len(kinds)]] = kinds
    return product


def new_cases(at: int, count: int, wanted: list[int], chance: Chance, after: int = 0) -> Roster:
    """First versions of new cases: numbers rise, beyond both the era's usual start and the last number given out."""
    gaps = 1 + chance.happens("gap", 0.05, np.arange(count), np.array([at])).astype(np.int64)
    caseid: Ints = max(first_caseid(at), after) + np.cumsum(gaps)
    return _fresh(caseid, at, product=_placed(count, wanted, chance, at, "CAR-T case"))


def _versions(count: int, at: int, chance: Chance) -> Ints:
    """Versions of followed cases: mostly 2, some beyond 10."""
    drawn = chance.uniform("version", np.arange(count), np.array([at]))
    return np.asarray(2 + np.minimum(np.log1p(-drawn) / np.log(0.45), 30).astype(np.int64))


def older_cases(at: int, count: int, wanted: list[int], chance: Chance) -> Roster:
    """Follow-up versions of cases that earlier quarters brought; a CAR-T case is never older than its approval."""
    caseid = first_caseid(at) - 1 - 3 * np.arange(count)[::-1]
    age = chance.whole("age of case", 1, OLDEST, np.arange(count), np.array([at]))
    product = _placed(count, wanted, chance, at, "CAR-T follow-up")
    approved = np.array([one.approved for one in PRODUCTS])[product]
    origin = np.where(product >= 0, np.maximum(at - age, approved), at - age)
    version = _versions(count, at, chance)
    lively = np.arange(0, count, 97)
    version[lively] = LIVELY_VERSION
    version[np.flatnonzero(product >= 0)[:2]] = LIVELY_VERSION
    return _fresh(caseid, at, version=version, origin=origin, product=product)


def _shares(wanted: list[int], at: int) -> tuple[list[int], list[int]]:
    """Expected CAR-T reports divided into new cases and follow-ups; none can be followed in its first quarter."""
    again = [
        round(number * FOLLOW_UP_SHARE) if at > one.approved else 0
        for number, one in zip(wanted, PRODUCTS, strict=True)
    ]
    return [number - late for number, late in zip(wanted, again, strict=True)], again


def opening_roster(at: int, reports: int, chance: Chance) -> Roster:
    """A quarter that stands alone, or opens a history: new cases, and follow-ups of cases never seen here."""
    late = int(reports * FOLLOW_UP_SHARE)
    wanted, again = _shares(reports_expected(at, reports), at)
    older = older_cases(at, late, again, chance)
    return numbered(join([older, new_cases(at, reports - late, wanted, chance)]), at)


def numbered(roster: Roster, at: int, after: int = 0) -> Roster:
    """The same reports with legacy report numbers, rising from the era's usual start or the last number given out."""
    if not is_legacy(at):
        return roster
    start = max(first_isr(at), after)
    values = {one.name: getattr(roster, one.name) for one in fields(Roster)}
    return Roster(**(values | {"isr": start + 1 + np.arange(len(roster), dtype=np.int64)}))

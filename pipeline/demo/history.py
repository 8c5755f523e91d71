"""Quarters that belong together: cases begun in one come back in later ones, change, and are withdrawn."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from pipeline.demo.cart import reports_expected
from pipeline.demo.chance import Chance, Flags, Ints
from pipeline.demo.quarter import check_size, write_roster
from pipeline.demo.quarters import ordinal
from pipeline.demo.roster import (
    FOLLOW_UP_SHARE,
    LIVELY_VERSION,
    Roster,
    join,
    new_cases,
    numbered,
    opening_roster,
)
from pipeline.errors import UsageError

_LIVELY_UNTIL = 13  # versions; lively cases come back every quarter until then
_WITHDRAWN_SHARE, _DROPPED_SHARE = 0.002, 0.03
_LEAST_WITHDRAWN = 2
_SEVERAL = 5  # CAR-T cases; of fewer, none is given up
_SKIPPED_SHARE = 0.1  # follow-ups that skip a version FDA never published


def write_history(folder: Path, first: str, last: str, reports: int, seed: int, *, quirks: bool = False) -> list[Path]:
    """Write the quarters from first to last, each with the given number of reports, and return their zips in order.

    From the second quarter on, up to a quarter of the reports are later versions of cases from the quarters before;
    some go from version 9 to 10, some lose a drug or a reaction, at least one CAR-T case loses its product. From
    2019Q1 on, lists of withdrawn cases name cases of earlier quarters. Errors: UsageError for a range that runs
    backwards.
    """
    start, stop, chance = ordinal(first), ordinal(last), Chance(seed)
    check_size(reports)
    if stop < start:
        raise UsageError(f"the range {first} to {last} runs backwards: give the earlier quarter first.")
    roster = opening_roster(start, reports, chance)
    pool, paths = roster, []
    for at in range(start, stop + 1):
        withdrawn: Ints = np.array([], dtype=np.int64)
        if at > start:
            withdrawn, pool = _withdraw(pool, at, chance)
            roster = _next_roster(pool, at, reports, chance)
            pool = _latest(pool, roster)
        listed = sorted({*withdrawn.tolist(), *_unknown(at, pool)})
        paths.append(write_roster(folder, at, roster, chance, quirks=quirks, withdrawn=[*listed, *listed[:1]]))
    return paths


def _unknown(at: int, pool: Roster) -> list[int]:
    """Case numbers of no quarter written here: every list has some."""
    return [int(pool.caseid.min()) - 100_000 - 10 * (at % 100) - number for number in range(3)]


def _lowest(pool: Roster, among: Flags, count: int, purpose: str, *, at: int, chance: Chance) -> Ints:
    """Places of count cases drawn from those flagged."""
    score = chance.uniform(purpose, pool.caseid, np.array([at])) + ~among
    return np.sort(np.argsort(score, kind="stable")[: min(count, int(among.sum()))])


def _withdraw(pool: Roster, at: int, chance: Chance) -> tuple[Ints, Roster]:
    """Cases withdrawn in a quarter, one of them with a CAR-T where there are several, and the cases that remain."""
    if at < ordinal("2019Q1"):
        return np.array([], dtype=np.int64), pool
    count = max(_LEAST_WITHDRAWN, int(len(pool) * _WITHDRAWN_SHARE))
    settled = (pool.version < LIVELY_VERSION) & (pool.origin < at)
    cart = settled & (pool.product >= 0)
    gone = [_lowest(pool, settled, count, "withdrawn", at=at, chance=chance)]
    if cart.sum() >= _SEVERAL:
        gone.append(_lowest(pool, cart, 1, "withdrawn CAR-T", at=at, chance=chance))
    places = np.unique(np.concatenate(gone))
    return pool.caseid[places], pool.take(np.setdiff1d(np.arange(len(pool)), places))


def _followed(pool: Roster, at: int, count: int, chance: Chance) -> Roster:
    """Later versions of lively cases and of others drawn from the pool; a few CAR-T cases lose their product."""
    lively = (pool.version >= LIVELY_VERSION) & (pool.version < _LIVELY_UNTIL)
    places = np.union1d(
        _lowest(pool, lively, count // 2, "lively", at=at, chance=chance),
        _lowest(pool, np.ones(len(pool), dtype=bool), count // 2, "followed", at=at, chance=chance),
    )
    chosen = pool.take(places)
    skipped = chance.happens("skipped", _SKIPPED_SHARE, chosen.caseid, chosen.version) & (
        chosen.version < LIVELY_VERSION - 2
    )
    later = replace(chosen, version=chosen.version + 1 + skipped)
    cart = (later.product >= 0) & ~later.dropped & (later.version < LIVELY_VERSION)
    losing = _lowest(later, cart, max(1, int(cart.sum() * _DROPPED_SHARE)), "dropped", at=at, chance=chance)
    dropped = later.dropped.copy()
    dropped[losing] = True
    return replace(later, dropped=dropped)


def _next_roster(pool: Roster, at: int, reports: int, chance: Chance) -> Roster:
    older = _followed(pool, at, int(reports * FOLLOW_UP_SHARE), chance)
    again = np.bincount(older.product[older.product >= 0], minlength=64)
    wanted = [max(0, number - int(again[product])) for product, number in enumerate(reports_expected(at, reports))]
    new = new_cases(at, reports - len(older), wanted, chance, after=int(pool.caseid.max()))
    return numbered(join([older, new]), at, after=int(pool.isr.max()))


def _latest(pool: Roster, roster: Roster) -> Roster:
    """Every case at its newest version."""
    kept = pool.take(~np.isin(pool.caseid, roster.caseid))
    return join([kept, roster])

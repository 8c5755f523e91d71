"""Reports of the patients' events: who sent them, when, and what of the truth each of them says.

One element of an array is one case as FDA numbers them. Every event has one base report; the others are its copies.
"""

from dataclasses import dataclass

import numpy as np

from pipeline.demo.chance import Chance, Flags, Floats, Ints, lots
from pipeline.demo.copies_mixes import SIXTEEN, Mix
from pipeline.demo.copies_patients import BATCH, LAWYER, SERIES, SIBLINGS, Patients
from pipeline.demo.dates import FULL, MONTH, NOTHING, YEAR

BASE, FORWARD, OF_SIXTEEN, LITERATURE, SECOND, FOLLOW_UP = range(6)
KIND_NAMES = ("base", "forward", "sixteen", "literature", "second", "follow_up")
_COPY_KEYS = 512  # keys per event: a kind and a running number
_MORE = lots([0.7, 0.2, 0.1])  # one, two or three forwarded copies
_MANUFACTURERS = (1, 6)  # further ones that report an article
_LAG = {FORWARD: (0, 45), OF_SIXTEEN: (0, 30), LITERATURE: (0, 90), SECOND: (-20, 40), FOLLOW_UP: (30, 300)}
# What FAERS holds: 2017Q2 and 2004Q1 of FDA's files, and 42.6 % of dates on a first since 2021Q3.
AGE_KNOWN, SEX_KNOWN, WEIGHT_KNOWN, COUNTRY_KNOWN = 0.60, 0.93, 0.20, 0.97
AGE_KNOWN_CAR_T, AGE_KNOWN_ARTICLE, AGE_KNOWN_CLAIM = 0.90, 0.85, 0.35
DIRECT = 0.03  # reports without a manufacturer
_PRECISIONS = np.array([NOTHING, FULL, YEAR, MONTH])
BEFORE_PADDING, SINCE_PADDING = lots([0.47, 0.29, 0.12, 0.12]), lots([0.47, 0.28, 0.06, 0.19])
_CAR_T, _ARTICLE = lots([0.24, 0.58, 0.03, 0.15]), lots([0.75, 0.10, 0.10, 0.05])
PADDED_SINCE = int(np.datetime64("2021-07-01").astype(np.int64))
_FIRST_CASE = 10_000_000
_FIRST_TWELVE = 12  # days of a month that can be a month


@dataclass(frozen=True)
class Reports:
    """One element per case. event: place among the patients; kind: BASE, FORWARD, …; key: what chance is drawn by.

    told_key: key of the telling it repeats, the base report's where nothing is drawn anew; date_precision as in
    ``pipeline.demo.dates``; an age of -1 and a weight of nan are unknown.
    """

    mix: Mix
    patients: Patients
    event: Ints
    kind: Ints
    number: Ints
    key: Ints
    told_key: Ints
    case_id: Ints
    fda_day: Ints
    event_day: Ints
    date_precision: Ints
    age: Ints
    weight: Floats
    is_sex_known: Flags
    is_country_known: Flags

    @property
    def is_copy(self) -> Flags:
        """Every case but the base reports."""
        return np.asarray(self.kind != BASE)


def reports(mix: Mix, people: Patients, chance: Chance) -> Reports:
    """The base report of every event and the copies the mix asks for, by case number, which rises with receipt."""
    event, kind, number = _told(mix, people, chance)
    key = people.key[event] * _COPY_KEYS + kind * 64 + number
    fda_day = people.received_day[event] + 2 + _lags(kind, key, chance)
    order = np.lexsort((chance.uniform("case number", key), fda_day))
    event, kind, number, key, fda_day = (one[order] for one in (event, kind, number, key, fda_day))
    told_key = np.where(kind == SECOND, key, people.key[event] * _COPY_KEYS)
    lossy = kind != BASE
    precision = _precisions(people, event, kind, fda_day, told_key=told_key, key=key, mix=mix, chance=chance)
    day, precision = _dated(mix, np.minimum(people.event_day[event], fda_day), precision, lossy, key=key, chance=chance)
    return Reports(
        mix=mix,
        patients=people,
        event=event,
        kind=kind,
        number=number,
        key=key,
        told_key=told_key,
        case_id=_FIRST_CASE + np.cumsum(1 + chance.whole("gap", 0, 4, key)),
        fda_day=fda_day,
        event_day=np.minimum(day, fda_day),
        date_precision=precision,
        age=_ages(mix, people, event, kind, told_key=told_key, key=key, chance=chance),
        weight=np.where(_known("weight", WEIGHT_KNOWN, mix, kind, told_key, key, chance), people.weight[event], np.nan),
        is_sex_known=_known("sex", SEX_KNOWN, mix, kind, told_key, key, chance),
        is_country_known=_known("country", COUNTRY_KNOWN, mix, kind, told_key, key, chance),
    )


def expected_reports(mix: Mix) -> float:
    """Reports per event, about: what the number of events is divided by to come to a number of cases."""
    car_t = 0.04 * max(0.0, mix.car_t_again - mix.second)
    article = (1 + sum(_MANUFACTURERS) / 2) * mix.literature - mix.literature
    return 1 + 1.4 * mix.forwarded + (SIXTEEN - 1) * mix.sixteen + article + mix.second + mix.followed + car_t


def _told(mix: Mix, people: Patients, chance: Chance) -> tuple[Ints, Ints, Ints]:
    """Event, kind and running number of every report."""
    events, key = np.arange(len(people.key)), people.key
    article_key = np.where(people.article >= 0, people.key[people.article], 0)
    again = np.where(people.is_cart, np.maximum(mix.second, mix.car_t_again), mix.second)
    claimed = np.isin(people.group, [BATCH, LAWYER])
    counts = {
        BASE: np.ones(len(events), dtype=np.int64),
        FORWARD: chance.happens("forwarded", mix.forwarded, key)
        * (1 + _MORE.draw(0, chance.uniform("copies", key)))
        * ~claimed,
        OF_SIXTEEN: chance.happens("sixteen", mix.sixteen, key) * (SIXTEEN - 1) * ~claimed,
        LITERATURE: (people.article >= 0) * chance.whole("manufacturers", *_MANUFACTURERS, article_key),
        SECOND: chance.happens("second", again, key).astype(np.int64),
        FOLLOW_UP: chance.happens("followed", mix.followed, key).astype(np.int64),
    }
    event = np.concatenate([np.repeat(events, count) for count in counts.values()])
    kind = np.repeat(np.array(list(counts)), [int(count.sum()) for count in counts.values()])
    number = np.concatenate([_running(count) for count in counts.values()])
    return event, kind, number


def _running(counts: Ints) -> Ints:
    """0, 1, 2 … for each of counts rows."""
    return np.asarray(np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts))


def _lags(kind: Ints, key: Ints, chance: Chance) -> Ints:
    """Days from the base report to this one."""
    bounds = np.array([_LAG.get(one, (0, 0)) for one in range(len(KIND_NAMES))])[kind]
    return np.asarray(bounds[:, 0] + np.floor(chance.uniform("lag", key) * (bounds[:, 1] - bounds[:, 0] + 1))).astype(
        np.int64
    )


def _known(field: str, share: float | Floats, mix: Mix, kind: Ints, told_key: Ints, key: Ints, chance: Chance) -> Flags:
    """Whether a report says a field: as often as its telling does, less what a copy loses; a follow-up learns some."""
    said = chance.happens(f"{field} known", share, told_key)
    learnt = (kind == FOLLOW_UP) & chance.happens(f"{field} learnt", np.multiply(0.5, share), key)
    lost = (kind != BASE) & chance.happens(f"{field} lost", mix.lost, key)
    return np.asarray((said | learnt) & ~lost)


def _ages(mix: Mix, people: Patients, event: Ints, kind: Ints, *, told_key: Ints, key: Ints, chance: Chance) -> Ints:
    share = np.where(np.isin(people.group, [BATCH, LAWYER]), AGE_KNOWN_CLAIM, AGE_KNOWN)
    share = np.where(people.group == SERIES, AGE_KNOWN_ARTICLE, share)
    share = np.where(people.is_cart, AGE_KNOWN_CAR_T, share)[event]
    off = (kind != BASE) & chance.happens("age off", mix.age_off, key)
    years = people.age[event] + np.where(off, 1 - 2 * chance.whole("older", 0, 1, key), 0)
    known = _known("age", share, mix, kind, told_key, key, chance)
    return np.where(known, np.maximum(years, 0), -1)


def _precisions(
    people: Patients,
    event: Ints,
    kind: Ints,
    fda_day: Ints,
    *,
    told_key: Ints,
    key: Ints,
    mix: Mix,
    chance: Chance,
) -> Ints:
    """How much of the event date a report says. Look-alikes who share a month are dated alike."""
    leader = people.leader[event]
    together = np.isin(people.group[event], [LAWYER, SIBLINGS]) & (kind == BASE)
    drawn = chance.uniform("date precision", np.where(together, people.key[leader] * _COPY_KEYS, told_key))
    usual = np.where(fda_day >= PADDED_SINCE, SINCE_PADDING.draw(0, drawn), BEFORE_PADDING.draw(0, drawn))
    usual = np.where(people.is_cart[event], _CAR_T.draw(0, drawn), usual)
    usual = np.where(people.group[event] == SERIES, _ARTICLE.draw(0, drawn), usual)
    precision = _PRECISIONS[usual]
    learnt = (kind == FOLLOW_UP) & chance.happens("date learnt", 0.3, key)
    precision = np.where(learnt, FULL, precision)
    return np.where((kind != BASE) & chance.happens("date lost", mix.lost, key), NOTHING, precision)


def _dated(mix: Mix, day: Ints, precision: Ints, is_copy: Flags, *, key: Ints, chance: Chance) -> tuple[Ints, Ints]:
    """Day and precision after slips of the copy: moved, swapped, or padded; and padded by FDA where it did so."""
    apart = chance.whole("days moved", 1, mix.longest_shift, key) * (1 - 2 * chance.whole("earlier", 0, 1, key))
    chosen = chance.uniform("date slip", key)
    moved = np.where(chosen < mix.shifted, day + apart, day)
    swaps = (chosen >= mix.shifted) & (chosen < mix.shifted + mix.swapped)
    moved = np.where(swaps, _swapped(day), moved)
    pads = (chosen >= mix.shifted + mix.swapped) & (chosen < mix.shifted + mix.swapped + mix.padded)
    moved = np.where(pads, _month_start(day), moved)
    precision = np.where(is_copy & pads & (precision == MONTH), FULL, precision)
    return np.where(is_copy, moved, day), precision


def _month_start(day: Ints) -> Ints:
    return day.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)


def _swapped(day: Ints) -> Ints:
    """Day and month in each other's place, where both can be; else the same day."""
    date = day.astype("M8[D]")
    of_year = date.astype("M8[Y]")
    month = (date.astype("M8[M]") - of_year.astype("M8[M]")).astype(np.int64)
    in_month = (date - date.astype("M8[M]").astype("M8[D]")).astype(np.int64)
    other = (of_year.astype("M8[M]") + np.minimum(in_month, _FIRST_TWELVE - 1)).astype("M8[D]").astype(np.int64) + month
    return np.where(in_month < _FIRST_TWELVE, other, day)

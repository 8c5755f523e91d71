"""Patients and their events as they truly were, before anybody reported them; some patients look alike.

One element of an array is one event in one patient. Groups of look-alikes follow a leader: they take over what such
patients share and differ in what they would differ in, so that no two of them are ever the same event.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from pipeline.demo.cart import DISEASES, reports_expected
from pipeline.demo.chance import Chance, Flags, Floats, Ints, Lots, lots
from pipeline.demo.content import PS, Content, DrugRows, Rows, content_of
from pipeline.demo.copies_mixes import Mix
from pipeline.demo.quarters import day_span, ordinal
from pipeline.demo.roster import Roster, join, new_cases
from pipeline.demo.world import table, terms

ALONE, CAR_T, BATCH, LAWYER, SIBLINGS, SERIES = range(6)
GROUP_NAMES = ("", "car_t", "batch", "lawyer", "siblings", "series")
_SIZES = {CAR_T: (2, 4), BATCH: (2, 6), LAWYER: (3, 10), SIBLINGS: (2, 2), SERIES: (1, 4)}  # patients in a group
# Share of the leader's rows a look-alike has, and of its own, by group: reactions, then drugs behind the first.
_LEADER_TERMS, _OWN_TERMS = np.array([0, 0.75, 0.95, 0.95, 0.8, 0.6]), np.array([1, 0.35, 0.1, 0.05, 0.3, 0.4])
_LEADER_DRUGS, _OWN_DRUGS = np.array([0, 0.25, 0.1, 0.3, 0.6, 0.6]), np.array([1, 0.8, 0.3, 0.1, 0.5, 0.3])
# Days a look-alike's report comes after the leader's, at most, by group; and days its event may lie apart.
_REPORTED_WITHIN, _HAPPENED_WITHIN = np.array([0, 10, 3, 3, 20, 20]), np.array([0, 6, 30, 0, 0, 200])
_SAME_DAY = np.array([0, 0.5, 0.1, 0.4, 1.0, 0.05])
_SAME_MONTH = np.array([0, 0.3, 0.2, 0.1, 0.0, 0.05])
_NUMBERS = (1_000, 399_999)


@dataclass(frozen=True)
class Patients:
    """One element per event. leader: place of the event it resembles, its own where it resembles none.

    group: ALONE, CAR_T, …; place: running number in the group; days count from 1970-01-01; number: serial number at the
    first sender; article: number of the article it is described in, -1 for none.
    """

    roster: Roster
    content: Content
    leader: Ints
    group: Ints
    place: Ints
    is_female: Flags
    age: Ints
    weight: Floats
    country: Ints
    received_day: Ints
    event_day: Ints
    start_day: Ints
    number: Ints
    article: Ints

    @property
    def key(self) -> Ints:
        """What chance is drawn by, one per event."""
        return self.roster.caseid

    @property
    def is_cart(self) -> Flags:
        """Events under a CAR-T product."""
        return np.asarray(self.roster.product >= 0)


@lru_cache(maxsize=1)
def country_lots() -> tuple[list[str], Lots]:
    """Country codes and their lots."""
    rows = table("countries.csv")
    return [row["code"] for row in rows], lots([float(row["weight"]) for row in rows])


def patients(mix: Mix, n_events: int, chance: Chance) -> Patients:
    """The events of a mix, about n_events, with their look-alikes."""
    roster = _roster(mix, n_events, chance)
    leader, group, place = _groups(mix, roster, chance)
    alike = replace(roster, origin=roster.origin[leader], product=roster.product[leader])
    content = _shared(content_of(alike, ordinal(mix.last), chance), leader, group, alike.caseid, chance)
    received, event = _days(alike, leader, group, chance)
    return Patients(
        roster=alike,
        content=content,
        leader=leader,
        group=group,
        place=place,
        is_female=_is_female(alike, leader, group, chance),
        age=_ages(alike, content, leader, group, chance),
        weight=_weights(alike, chance),
        country=_countries(alike, leader, group, chance),
        received_day=received,
        event_day=event,
        start_day=_start_days(alike, event, chance),
        number=_serials(mix, alike, leader, group, place, chance),
        article=np.where(group == SERIES, leader, -1),
    )


def _roster(mix: Mix, n_events: int, chance: Chance) -> Roster:
    """New cases of every quarter of the mix, one per event."""
    quarters = range(ordinal(mix.first), ordinal(mix.last) + 1)
    count, after, parts = max(1, n_events // len(quarters)), 0, []
    for at in quarters:
        parts.append(new_cases(at, count, reports_expected(at, count), chance, after=after))
        after = int(parts[-1].caseid[-1])
    return join(parts)


def _groups(mix: Mix, roster: Roster, chance: Chance) -> tuple[Ints, Ints, Ints]:
    """Leader, group and place in the group of every event."""
    count = len(roster)
    leader, group, place = np.arange(count), np.full(count, ALONE), np.zeros(count, dtype=np.int64)
    all_cart = roster.product >= 0
    wanted = ((CAR_T, mix.car_t_twins), (BATCH, mix.batch), (LAWYER, mix.lawyer), (SIBLINGS, mix.siblings))
    for kind, share in (*wanted, (SERIES, mix.literature)):
        order = np.argsort(chance.uniform(f"order of {kind}", roster.caseid), kind="stable")
        is_cart = all_cart[order]
        pool = order[(group[order] == ALONE) & (is_cart if kind == CAR_T else (~is_cart | (kind == SERIES)))]
        total = int(share * (is_cart.sum() if kind == CAR_T else count))
        sizes = chance.whole(f"group of {kind}", *_SIZES[kind], np.arange(len(pool)))
        sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), min(total, len(pool)), side="right"))]
        first = np.cumsum(sizes) - sizes
        members = pool[: int(sizes.sum())]
        leader[members] = pool[np.repeat(first, sizes)]
        place[members] = np.arange(len(members)) - np.repeat(first, sizes)
        group[members] = kind
    return leader, group, place


def _shared(content: Content, leader: Ints, group: Ints, key: Ints, chance: Chance) -> Content:
    """The content with every look-alike's rows taken from its leader and from its own, the first row the leader's."""
    follows = leader != np.arange(len(leader))
    drugs, reactions = content.drugs, content.reactions
    own, lent = _own_and_lent(drugs.report, drugs.seq, follows, leader, group=group, key=key, chance=chance)
    own_row, _ = own
    lent_row, lent_to = lent
    rows = np.concatenate([own_row, lent_row])
    to = np.concatenate([drugs.report[own_row], lent_to])
    order = np.lexsort((drugs.drug[rows], drugs.role[rows] != PS, to))
    report, drug, role = to[order], drugs.drug[rows][order], drugs.role[rows][order]
    seq = 1 + np.arange(len(report)) - np.searchsorted(report, report)
    return Content(
        DrugRows(report, drug, seq, role),
        _shared_reactions(reactions, follows, leader, group, key=key, chance=chance),
        content.primary[leader],
        content.disease[leader],
    )


def _own_and_lent(
    report: Ints, seq: Ints, follows: Flags, leader: Ints, *, group: Ints, key: Ints, chance: Chance
) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
    """Drug rows that stay, and rows of leaders with the look-alike they go to."""
    keeps = chance.happens("own drug", _OWN_DRUGS[group[report]], key[report], seq) & (seq > 1)
    stays = np.flatnonzero(~follows[report] | keeps)
    row, to = _rows_of_leaders(report, follows, leader)
    taken = chance.happens("leader's drug", _LEADER_DRUGS[group[to]], key[to], seq[row]) | (seq[row] == 1)
    return (stays, report[stays]), (row[taken], to[taken])


def _rows_of_leaders(report: Ints, follows: Flags, leader: Ints) -> tuple[Ints, Ints]:
    """Every row of a leader once for each of its look-alikes: the row, and who follows. Rows are sorted by report."""
    follower = np.flatnonzero(follows)
    start = np.searchsorted(report, leader[follower])
    size = np.searchsorted(report, leader[follower], side="right") - start
    row = np.repeat(start - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
    return row, np.repeat(follower, size)


def _shared_reactions(reactions: Rows, follows: Flags, leader: Ints, group: Ints, *, key: Ints, chance: Chance) -> Rows:
    report, value = reactions.report, reactions.value
    stays = ~follows[report] | chance.happens("own term", _OWN_TERMS[group[report]], key[report], value)
    row, to = _rows_of_leaders(report, follows, leader)
    is_first = np.concatenate([[True], report[1:] != report[:-1]])
    taken = chance.happens("leader's term", _LEADER_TERMS[group[to]], key[to], value[row]) | is_first[row]
    both = np.concatenate([report[stays], to[taken]]) * len(terms().names)
    found, terms_of = np.divmod(np.unique(both + np.concatenate([value[stays], value[row][taken]])), len(terms().names))
    order = np.lexsort((chance.uniform("order of terms", key[found], terms_of), found))
    return Rows(found, terms_of[order])


def _days(roster: Roster, leader: Ints, group: Ints, chance: Chance) -> tuple[Ints, Ints]:
    """Day the first report was received, and day of the event; look-alikes stay near their leader's."""
    span = np.array([day_span(int(origin)) for origin in roster.origin]).reshape(-1, 2)
    drawn = chance.uniform("first day", roster.caseid[leader])
    received = span[:, 0] + np.floor(drawn * (span[:, 1] - span[:, 0])).astype(np.int64)
    mean = np.where(roster.product >= 0, 45.0, 160.0)
    event = received - 3 + (mean * np.log1p(-chance.uniform("event day", roster.caseid[leader]))).astype(np.int64)
    follows = leader != np.arange(len(leader))
    own_month = event.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    chosen = chance.uniform("same day", roster.caseid)
    apart = _within(_HAPPENED_WITHIN[group], chance.uniform("days apart", roster.caseid))
    elsewhere = np.where(_HAPPENED_WITHIN[group] == 0, -chance.whole("long ago", 1, 700, roster.caseid), apart)
    day_of_month = own_month + chance.whole("day of month", 0, 27, roster.caseid)
    moved = np.where(chosen < _SAME_DAY[group] + _SAME_MONTH[group], day_of_month, event + elsewhere)
    moved = np.where(chosen < _SAME_DAY[group], event, moved)
    received += np.where(
        follows, (chance.uniform("later", roster.caseid) * _REPORTED_WITHIN[group]).astype(np.int64), 0
    )
    return received, np.minimum(np.where(follows, moved, event), received)


def _within(days: Ints, drawn: Floats) -> Ints:
    return np.asarray(np.floor((2 * drawn - 1) * (days + 1))).astype(np.int64)


def _start_days(roster: Roster, event: Ints, chance: Chance) -> Ints:
    drawn = -np.log1p(-chance.uniform("onset", roster.caseid))
    return np.asarray(event - np.where(roster.product >= 0, 1 + 5 * drawn, 90 * drawn).astype(np.int64))


def _is_female(roster: Roster, leader: Ints, group: Ints, chance: Chance) -> Flags:
    """Sex; CAR-T look-alikes have their leader's."""
    return chance.happens("female", 0.57, np.where(group == CAR_T, roster.caseid[leader], roster.caseid))


def _ages(roster: Roster, content: Content, leader: Ints, group: Ints, chance: Chance) -> Ints:
    """Age in whole years, by disease; siblings in a group are twins by birth, CAR-T look-alikes within three years."""
    bounds = np.array([*(one.ages for one in DISEASES), (4, 92)])[content.disease]
    near = np.isin(group, [CAR_T, SIBLINGS])
    key = np.where(near, roster.caseid[leader], roster.caseid)
    spread = 0.35 * chance.uniform("age", key) + 0.65 * chance.uniform("age again", key)
    years = (bounds[:, 0] + spread * (bounds[:, 1] - bounds[:, 0])).astype(np.int64)
    apart = (group == CAR_T) & (leader != np.arange(len(leader)))
    older = np.where(apart, chance.whole("years apart", -3, 3, roster.caseid), 0)
    return np.asarray(np.maximum(years + older, 0), dtype=np.int64)


def _weights(roster: Roster, chance: Chance) -> Floats:
    drawn = chance.uniform("weight", roster.caseid) + chance.uniform("weight again", roster.caseid)
    return np.round(40 + 35 * drawn, 1)


def _countries(roster: Roster, leader: Ints, group: Ints, chance: Chance) -> Ints:
    """Country; look-alikes have their leader's, programmes and lawsuits are in the first, the United States."""
    drawn: Ints = country_lots()[1].draw(0, chance.uniform("country", roster.caseid[leader]))
    return np.where(np.isin(group, [BATCH, LAWYER]), 0, drawn)


def _serials(mix: Mix, roster: Roster, leader: Ints, group: Ints, place: Ints, chance: Chance) -> Ints:
    """Sender's serial number; a programme or lawsuit numbers its patients in a row, or gives all of them one number."""
    together = np.isin(group, [BATCH, LAWYER])
    key = np.where(together, roster.caseid[leader], roster.caseid)
    one = chance.happens("one number", mix.one_number, roster.caseid[leader])
    return chance.whole("sender's number", *_NUMBERS, key) + np.where(together & ~one, place, 0)

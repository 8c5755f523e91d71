"""Adverse events as stretches of time: from when until when each can have lasted, also where its days are not all known."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.cohort.columns import Flags, Places, Tables, places, since_infusion
from pipeline.cohort.events import is_of_endpoint
from pipeline.cohort.patients import Patients
from pipeline.study.followed import Array
from pipeline.study.prevalence import Spells


class Told(NamedTuple):
    """What the registry tells of the events of the patients followed, in days since infusion, shape (events,); NaN for nothing.

    place: whose. term: a number for each preferred term. start: where known to the day. The others as in study_event.
    """

    place: Places
    term: Places
    start: Array
    start_earliest: Array
    start_latest: Array
    end_earliest: Array
    end_latest: Array
    ongoing: Array

    def only(self, kept: Flags) -> "Told":
        """These events and no other."""
        return Told._make(side[kept] for side in self)


def told_events(tables: Tables, people: Patients) -> tuple[Told, dict[str, Flags]]:
    """Every event of these patients, whenever it began, and which of them are of each endpoint."""
    table = tables["study_event"]
    place = places(people.ids, table)
    theirs = place >= 0
    day = {name: since_infusion(table, f"{name}_date", place, people.infusion) for name in ("start", "end", "ongoing")}
    limit = {
        name: since_infusion(table, name, place, people.infusion)
        for name in ("start_earliest", "start_latest", "end_earliest", "end_latest")
    }
    filled = {name: np.where(np.isnan(day[name.split("_")[0]]), limit[name], day[name.split("_")[0]]) for name in limit}
    every = Told(place=place, term=_terms(table), start=day["start"], ongoing=day["ongoing"], **filled)
    return every.only(theirs), {name: of[theirs] for name, of in is_of_endpoint(table).items()}


def spells_of(told: Told) -> Spells:
    """Each patient's events of one term that began on one day as one spell: a form may tell of it again, then with its end.

    An end counts where any of them tells one, the latest where they differ. Without an end the event lasted, at least, the
    one day on which it began, the first one of those that it may be, or until the last day on which it is told to have gone
    on; at most for good. So does one with an end before its beginning or before such a day, of which the beginning alone is
    believed.
    """
    if not told.place.size:
        return Spells(told.place, *(told.start,) * 4)
    order = np.lexsort((told.start, told.term, told.place))
    told = Told._make(side[order] for side in told)
    first = _firsts(told)
    is_open = np.isnan(told.end_latest) & ~np.isnan(told.end_earliest)
    ended_from, ended_by, ongoing = (
        _last(side, first) for side in (told.end_earliest, np.where(is_open, np.inf, told.end_latest), told.ongoing)
    )
    began_from = np.where(np.isnan(told.start_earliest), -np.inf, told.start_earliest)[first]
    began_by = np.where(np.isnan(told.start_latest), np.inf, told.start_latest)[first]
    is_told = np.isfinite(ended_from)
    is_contrary = is_told & ((ended_by < began_from) | (ended_by < ongoing))
    is_known = is_told & ~is_contrary
    without_end = np.where(is_contrary, began_from, np.maximum(began_from, ongoing)) + 1.0
    least = np.where(is_known, np.minimum(np.maximum(ended_from, ongoing + 1.0), ended_by), without_end)
    return Spells(told.place[first], began_from, began_by, least, np.where(is_known, ended_by, np.inf))


def _terms(table: pa.Table) -> Places:
    codes = pc.dictionary_encode(pc.utf8_upper(pc.fill_null(table["pt"], ""))).combine_chunks()
    return np.asarray(codes.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _firsts(told: Told) -> Places:
    """Where each spell begins among events in order; one without a known day is a spell of its own."""
    keys = (told.place, told.term, told.start)
    is_new = np.any([side[1:] != side[:-1] for side in keys], axis=0)  # NaN differs from itself
    return np.flatnonzero(np.concatenate([[True], is_new]))


def _last(day: Array, first: Places) -> Array:
    """The latest day told in each spell, minus infinity where none is."""
    return np.asarray(np.maximum.reduceat(np.where(np.isnan(day), -np.inf, day), first))

"""How many persons have a lasting condition on a day, as bounds where its beginning or end is not known."""

from typing import NamedTuple

import numpy as np

from pipeline.study.followed import Array, Counts, Flags


class Spells(NamedTuple):
    """Stretches of time with a condition, shape (spells,), each somebody's; times in one unit, since one origin.

    person: place of whose it is. began_from, began_by: first and last day on which it can have begun, minus infinity and
    infinity where nothing is known. ended_from, ended_by: first and last day on which it can have ended; on the day of its
    end the person has it no more. A spell known to the day has both ends of each equal.
    """

    person: Counts
    began_from: Array
    began_by: Array
    ended_from: Array
    ended_by: Array


class Held(NamedTuple):
    """Persons who certainly had the condition on a day, and those who may have had it, each of shape (n,)."""

    certainly: Flags
    possibly: Flags


def held_on(spells: Spells, day: float, n: int) -> Held:
    """Which of n persons had it on the day: began by then and not ended by then.

    Certainly: in a spell that had begun on the day at the latest and ended after it at the earliest. Possibly: in one that
    may have begun by then and may not have ended by then. Whoever certainly had it possibly had it. Whether the person
    was alive and followed then is the caller's to ask.
    """
    certain = (spells.began_by <= day) & (spells.ended_from > day)
    possible = certain | ((spells.began_from <= day) & (spells.ended_by > day))
    return Held(*(_anybody(spells.person[each], n) for each in (certain, possible)))


def _anybody(person: Counts, n: int) -> Flags:
    found = np.zeros(n, dtype=bool)
    found[person] = True
    return found

"""The public copy: small cells hidden with those that would give them away, single patients and free texts left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pipeline.cohort.disclosure import Equation, protected
from pipeline.cohort.parameters import parameters
from pipeline.cohort.published import NOTHING, Before
from pipeline.cohort.suppression import public_results
from pipeline.contract.study import TRACKS
from pipeline.report.studyfacts import WHOLE_ONLY, Row
from pipeline.vocabulary.products import products

if TYPE_CHECKING:
    import pyarrow as pa

ALL = "all"
OTHER, UNKNOWN = "other", "unknown"


class PublicCopy(NamedTuple):
    """The tables of a report as they may be published, and of each part the counts to be remembered, printed or hidden."""

    tables: "dict[str, pa.Table]"
    told: dict[str, list[Row]]


def public_copy(
    tables: "Mapping[str, pa.Table]", before: Before = NOTHING, characteristics_before: Before = NOTHING
) -> PublicCopy:
    """The tables of a report as they may be published, given the copies handed out before.

    Counts of patients under the threshold are null, and so are those that would give one away; listings are empty; a step
    of a curve joins at least as many events as the threshold says; a text of the registry's own is "other".
    """
    made = public_results(tables["estimate"], tables["curve"], before)
    patients = _characteristics(tables["characteristic"], characteristics_before)
    shown = dict(tables) | {"estimate": made.estimates, "curve": made.curves}
    shown |= {"characteristic": _printed(patients, tables["characteristic"].schema)}
    shown |= {name: tables[name].slice(0, 0) for name in WHOLE_ONLY}
    return PublicCopy(shown, {"estimate": made.counts, "curve": made.drawn, "characteristic": patients})


def _characteristics(table: "pa.Table", before: Before) -> list[Row]:
    """Patients by characteristic as lines to be remembered, those by indication left out: they are the regulator's."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in table.to_pylist():
        if row["population"] == ALL:
            counts[row["characteristic"]][_coded(row["characteristic"], row["level"])] += row["n_patients"]
    return [
        {"estimand": name, "event": level, "population": ALL, "n_patients": n, "n_events": None, "is_hidden": is_hidden}
        for name, levels in counts.items()
        for level, n, is_hidden in _told(name, levels, before)
    ]


def _coded(characteristic: str, level: str) -> str:
    """The level where it is one of ours, else "other": a registry may have written anything."""
    codes = {"sex": {"F", "M"}, "product": {one.id for one in products()}, "reporting_track": set(TRACKS)}
    return level if level in {UNKNOWN, *codes.get(characteristic, {level})} else OTHER


def _told(name: str, levels: Mapping[str, int], before: Before) -> list[tuple[str, int, bool]]:
    """Each level with its patients, and whether the copy hides it; a copy handed out again hides what it hid."""
    if before.own is not None:
        hidden = {one["event"] for one in before.own if one["estimand"] == name and one["is_hidden"]}
    else:
        copies = [{one["event"]: one for one in copy if one["estimand"] == name} for copy in before.others]
        hidden = _hidden(levels, [copy for copy in copies if copy])
    return [(level, n, level in hidden) for level, n in sorted(levels.items())]


def _hidden(levels: Mapping[str, int], copies: Sequence[Mapping[str, Row]]) -> set[str]:
    """Levels that go: the smallest until each hidden one might be anything from 1 up to the threshold, then by each copy.

    Neither a level nor what it differs by from an earlier copy follows from the sum of all.
    """
    least = int(parameters()["small_cell"])
    most = _most_hidden(list(levels.values()), least)
    hidden = {level for level, n in levels.items() if n <= most}
    nothing: dict[str, Row] = {}
    while True:
        more = set[str]().union(*(_apart(levels, copy, hidden, least) for copy in (nothing, *copies) if copy or hidden))
        if more <= hidden:
            return hidden
        hidden |= more


def _apart(levels: Mapping[str, int], then: Mapping[str, Row], hidden: set[str], least: int) -> set[str]:
    """Levels that go with those hidden, because of what they differ by from an earlier copy; from nothing, by what they are."""
    old = {level: int(one["n_patients"]) for level, one in then.items()}
    more = {level: levels.get(level, 0) - old.get(level, 0) for level in {*levels, *old}}
    if not any(more.values()):
        return {level for level in levels if level in then and then[level]["is_hidden"]}
    untold = {level for level, one in then.items() if one["is_hidden"]}
    kept_back = {level for level in untold if abs(more[level]) < least}
    near = {level for level, n in more.items() if 0 < abs(n) < least}
    whole = Equation(None, tuple(sorted(more)))
    counts = {level: (n,) for level, n in more.items()} | {None: (sum(more.values()),)}
    gone = protected(near | hidden | untold, [whole], counts, least, {None, *(set(more) - set(levels))})
    return (gone - untold | kept_back) & set(levels)


def _most_hidden(counts: Sequence[int], least: int) -> int:
    """The largest of the counts to hide, 0 for none: with all up to it gone, none of them follows from their sum."""
    hidden = [n for n in sorted(counts) if n < least]
    for n in sorted(counts)[len(hidden) :]:
        if not hidden or (len(hidden) > 1 and sum(hidden) >= len(hidden) + least - 1):
            break
        hidden.append(n)
    return max(hidden, default=0)


def _printed(patients: Sequence[Row], schema: "pa.Schema") -> "pa.Table":
    """The lines as the report's table, hidden numbers null."""
    import pyarrow as pa  # noqa: PLC0415 -- the words of the report must not wait for it

    rows = [
        {"characteristic": one["estimand"], "level": one["event"], "population": ALL}
        | {"n_patients": None if one["is_hidden"] else one["n_patients"]}
        for one in patients
    ]
    return pa.Table.from_pylist(rows, schema)

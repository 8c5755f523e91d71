"""What those lost leave unknown of second malignancies against the reference: had they had none, and how many would tip it."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.cohort.lexisparts import known_people
from pipeline.cohort.malignancies import Malignancies
from pipeline.cohort.missingdata import is_lost
from pipeline.cohort.patients import Patients
from pipeline.cohort.reference import Reference
from pipeline.cohort.rows import Row, Section, interval, row
from pipeline.cohort.standardised import ALL_SITES, NO_FILE, NOTHING_EXPECTED, Standing, counted, of_those
from pipeline.study.poisson import Method, standardised_ratio

METHOD: Method = "garwood"
ESTIMANDS = ("lost_person_years", "ratio_lost_without_event", "ratio_tipping_events", "ratio_tipping_multiple")
UNITS = ("person-year", "observed per expected", "further second malignancies", "times the reference")
MOST_EVENTS = 10_000


def missing_ratio_rows(people: Patients, found: Malignancies, reference: Reference | None) -> list[Row]:
    """The ratio of all sites had those lost lived on until due without a second malignancy, and what would tip it.

    Person-time of those lost is counted from the loss to the last day due, as if nobody of them had died: what is expected of
    them is then the most it can be. found: in the places of people.
    """
    if reference is None:
        return [_row(at, "", reason=NO_FILE) for at in range(2)]
    known = known_people(people)
    kept = Standing(people.only(known), of_those(found, known), int((~known).sum()))
    seen = counted(kept, reference)
    observed, expected = int(seen.observed[-1].sum()), float(seen.expected[-1].sum())
    lost = is_lost(kept.people)
    unseen = kept.people.only(lost)
    unseen = replace(unseen, entry=np.maximum(unseen.exit, unseen.entry), exit=unseen.potential)
    owed = counted(Standing(unseen, of_those(kept.found, lost), 0), reference)
    years, more = float(owed.person_years[-1].sum()), float(owed.expected[-1].sum())
    said: Row = {"n_patients": int(lost.sum()), "n_left_out": kept.n_left_out, "person_years": years, "expected": more}
    rows = [_row(0, reference.rule, estimate=years, **said)]
    if not expected > 0:
        return [*rows, _row(1, reference.rule, reason=NOTHING_EXPECTED)]
    return [*rows, *_tipping(reference.rule, observed, expected, said)]


def _tipping(rule: str, observed: int, expected: float, said: Row) -> Iterator[Row]:
    """The ratio had those lost had none, and how many of theirs would raise its lower bound above 1."""
    more = float(said["expected"])
    whole: Row = said | {"n_events": observed, "expected": expected + more}
    bounds = [float(side[0]) for side in standardised_ratio([observed], [expected + more], METHOD)]
    yield _row(1, rule, **interval(bounds), **whole)
    if bounds[1] > 1:
        reason = "The lower bound lies above 1 even if nobody of those lost had one."
        yield from (_row(at, rule, reason=reason, **said) for at in (2, 3))
        return
    needed = fewest_above(observed, expected + more)
    yield _row(2, rule, estimate=float(needed), **said)
    if more > 0:
        yield _row(3, rule, estimate=needed / more, **said)
    else:
        yield _row(3, rule, reason="Nothing is expected of those lost.", **said)


def fewest_above(observed: int, expected: float) -> int:
    """How many events more than observed raise the exact lower bound of their ratio to the expected ones above 1."""
    low, high = 0, max(1, int(2 * expected + MOST_EVENTS))
    while low < high:
        middle = (low + high) // 2
        if float(standardised_ratio([observed + middle], [expected], METHOD).low[0]) > 1:
            high = middle
        else:
            low = middle + 1
    return low


def _row(at: int, rule: str, **said: object) -> Row:
    method = f"{METHOD}, {rule}" if rule else METHOD
    measure = ("person_years", "ratio", "count", "ratio")[at]
    return row(
        Section.MISSING_DATA,
        ESTIMANDS[at],
        event=ALL_SITES,
        measure=measure,
        unit=UNITS[at],
        method=method,
        **said,
    )

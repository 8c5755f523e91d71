"""Malignancies reported after infusion: what their adjudication found, and which samples are still to be tested."""

from collections.abc import Iterator

import numpy as np

from pipeline.cohort.accrual import count
from pipeline.cohort.malignancies import Malignancies
from pipeline.cohort.rows import Row, Section, row
from pipeline.contract.study import DECISIONS, ORIGINS, TRANSGENE

UNTESTED = ("pending", "not_tested")
ASKED = {"decision": DECISIONS, "origin": ORIGINS, "transgene": TRANSGENE}


def adjudication_rows(found: Malignancies) -> list[Row]:
    """Counts by decision, and by origin and transgene of those held to be second primaries; then the chase list."""
    second = found.only(found.decision == "second_primary")
    rows = [_count("reported", found.day.size), _count("counted", int(found.is_counted.sum()))]
    for name, levels in ASKED.items():
        of = found if name == "decision" else second
        values = getattr(of, name)
        rows.extend(_count(f"{name}={level}", int(np.sum(values == level))) for level in levels)
    return [*rows, *_chased(found)]


def _count(name: str, n: int) -> Row:
    return count(Section.ADJUDICATION, "adjudicated", n, "malignancy", event=name)


def _chased(found: Malignancies) -> Iterator[Row]:
    """One row for each malignancy whose tissue has no result, with what is lacking; those held to be relapses are left out.

    The patient is named by pseudonym: the list is for the regulator's copy and in no public export.
    """
    numbers: dict[tuple[object, ...], int] = {}
    for at in np.flatnonzero(
        np.isin(found.transgene, UNTESTED) & np.isin(found.decision, ("second_primary", "pending"))
    ):
        subject, site = str(found.subject[at]), str(found.site[at])
        numbers[subject, site] = numbers.get((subject, site), 0) + 1
        said: Row = {"population": f"subject={subject}", "event": site, "window": f"report_{numbers[subject, site]}"}
        lacking = "the result is awaited" if found.is_sent[at] else "no tissue was sent"
        reason = f"Origin {found.origin[at]}, decision {found.decision[at]}: {lacking}."
        told: Row = {"measure": "none", "unit": "malignancy", "method": "listing", "n_patients": 1, "is_flagged": True}
        yield row(Section.ADJUDICATION, "chase_list", reason=reason, **said, **told)

"""From bags to infusions: what is given of one product on one day is one infusion."""

import math
from collections.abc import Sequence

from pipeline.intake.registryrows import StudyRow


def joined_infusions(bags: Sequence[StudyRow]) -> tuple[list[StudyRow], int]:
    """Rows of study_infusion with those of one patient, product and day made one, and how many were joined to another.

    Doses are added up; the dose of an infusion is not known where that of one of its bags is not. Every lot told of a bag
    is kept, each once, pseudonyms in ascending order. A bag whose product or
    day is not known is joined to none. The order of the bags does not matter.
    """
    found: dict[tuple[object, ...], list[StudyRow]] = {}
    for at, bag in enumerate(bags):
        same = bag["subject_id"], bag.get("infusion_date"), bag.get("product")
        found.setdefault(same if all(same) else (at,), []).append(bag)
    made = [_joined(alike) for alike in found.values()]
    return made, len(bags) - len(made)


def _joined(bags: list[StudyRow]) -> StudyRow:
    doses = [dose for bag in bags if isinstance(dose := bag.get("dose_cells"), float)]
    lots = sorted({lot for bag in bags for lot in _lots(bag)})
    dose = math.fsum(doses) if len(doses) == len(bags) else None
    return bags[0] | {"dose_cells": dose, "lots": lots or None}


def _lots(bag: StudyRow) -> list[str]:
    told = bag.get("lots")
    return list(told) if isinstance(told, list) else []

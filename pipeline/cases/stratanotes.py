"""What a reader must know of a stratified row or a subgroup: why a number is missing."""

import numpy as np
import pyarrow as pa

from pipeline.signals.interval import Array, Flags, Interval
from pipeline.signals.mantelhaenszel import LEAST_STRATA
from pipeline.signals.shrinkage import LEAST_SUBGROUPS

NOT_ASSESSABLE = "Not assessable: the quarters with a CAR-T case hold no term of the endpoint."
NO_INFORMATION = "No stratum has cases on both sides, with and without the event: there is no ratio."
ONE_STRATUM = "One informative stratum: there is no other to agree with."
INFINITE = "No informative stratum has a comparator case with the event beside a product case without it: the ratio has no upper end and no bounds."
NOUGHT = "No informative stratum has a product case with the event: the ratio is 0 and has no bounds."
TOO_FEW = f"Not shrunken: fewer than {LEAST_SUBGROUPS} subgroups have cases on both sides, with and without the event."
NOT_INFORMATIVE = "Not shrunken: this subgroup has no case on one side, or none with or none without the event."


def stratified_notes(missing: Flags, informative: Array, common: Interval) -> pa.Array:
    """The first reason that holds, for each row; null where every number stands."""
    nought = common.estimate == 0
    reasons = [
        (missing, NOT_ASSESSABLE),
        (informative == 0, NO_INFORMATION),
        (common.infinite, INFINITE),
        (nought, NOUGHT),
        (informative < LEAST_STRATA, ONE_STRATUM),
    ]
    return _first(reasons)


def subgroup_notes(missing: Flags, informative: Array, is_informative: Flags) -> pa.Array:
    """Why a subgroup is not shrunken, for each row; null where it is."""
    reasons = [(missing, NOT_ASSESSABLE), (informative < LEAST_SUBGROUPS, TOO_FEW), (~is_informative, NOT_INFORMATIVE)]
    return _first(reasons)


def _first(reasons: list[tuple[Flags, str]]) -> pa.Array:
    texts = pa.array([text for _, text in reasons], pa.string())
    holds = np.array([held for held, _ in reasons])
    return texts.take(pa.array(np.argmax(holds, axis=0), mask=~holds.any(axis=0)))

"""What an unadjusted quarterly rule would say beside a look, and how often it is ever true where there is nothing."""

from typing import Any

from pipeline.cases.watched import Pair
from pipeline.sequential.unadjusted import ever_crossing


def beside(pair: Pair, n_looks: int) -> dict[str, Any]:
    """IC025 as of the look, and the chance that IC025 > 0 at one of so many looks of a pair without any association.

    The cases expected as of the look are taken to have come evenly over the looks; without any expected the chance is not
    told.
    """
    each = None if not pair.expected else pair.expected / n_looks
    chance = None if each is None else float(ever_crossing([each] * n_looks)[-1])
    return {"ic025": pair.ic025, "is_ic025_positive": pair.is_ic_positive, "ic025_ever_positive_by_chance": chance}

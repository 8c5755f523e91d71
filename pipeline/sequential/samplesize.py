"""How long a surveillance must be to find what it is meant to find, for any design."""

import math
from collections.abc import Mapping

from pipeline.errors import UsageError
from pipeline.sequential.designs import design

WHOLE = ("binomial_maxsprt", "binomial_spending", "cusum", "ewma")
"""Designs whose length is a whole number, of events or of looks."""
FINE = 1e-3


def length_for_power(
    design_id: str, parameters: Mapping[str, object], world: str, *, relative_risk: float, power: float
) -> float:
    """A greatest length at which the design finds `relative_risk` with that power, and hardly a shorter one does.

    parameters: as a plan's, without maximum_length; looks as a number, not as a list. The length is in the design's own
    unit, to a thousandth or to the whole number. Power rises with the length, but in a sawtooth where a design judges
    whole counts at looks: this length has the power asked for, and a shorter one may have it by chance of the steps.
    UsageError: what `design` refuses, a relative risk of at most 1, a power outside (0, 1), or a length beyond the design's.
    """
    if not 1.0 < relative_risk < math.inf or not 0.0 < power < 1.0:
        raise UsageError(
            f"{relative_risk:g} times as often, power {power:g}: give more than 1, and a power between 0 and 1."
        )
    is_whole = design_id in WHOLE

    def finds(length: float) -> bool:
        return _power(design_id, {**parameters, "maximum_length": length}, world, relative_risk) >= power

    low, high = 0.0, 1.0
    while not finds(high):
        low, high = high, 2.0 * high
    while high - low > (1.0 if is_whole else FINE * high):
        middle = (low + high) // 2 if is_whole else (low + high) / 2.0
        low, high = (low, middle) if finds(middle) else (middle, high)
    return high


def _power(design_id: str, parameters: Mapping[str, object], world: str, relative_risk: float) -> float:
    """Power of a plan; 0 where no boundary exists at its length, which a longer one may have."""
    try:
        made = design(design_id, parameters, world)
    except UsageError as error:
        if isinstance(error.__cause__, ValueError):
            return 0.0
        raise
    return made.operating([relative_risk])[0].power

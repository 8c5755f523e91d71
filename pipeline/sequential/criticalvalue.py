"""The smallest critical value that keeps to alpha, for any design whose spent alpha falls as the value rises."""

from collections.abc import Callable
from typing import NamedTuple

from scipy import optimize

LOWEST, HIGHEST = 1e-9, 1024.0
"""No design needs a critical value outside: beyond e**-1024 lies no chance that anybody asks for."""
STEP = 1e-14
"""Relative step in which a value is raised until it keeps to alpha beyond rounding."""
MOST_ALPHA = 0.5


class CriticalValue(NamedTuple):
    """value: least log likelihood ratio that signals; alpha: the chance of a signal under the null that it really spends."""

    value: float
    alpha: float


def smallest_value(spent: Callable[[float], float], alpha: float, what: str) -> CriticalValue:
    """The smallest value at which `spent` is at most alpha; where it jumps, the value just above the jump.

    spent: chance under the null of ever reaching a value, never rising with it. Raises ValueError where alpha lies
    outside (0, 0.5], where even the lowest boundary spends less than alpha, and where nothing that can occur is rare enough.
    """
    checked_alpha(alpha)
    most = spent(LOWEST)
    if most <= alpha:
        raise ValueError(
            f"No critical value spends alpha {alpha:g}: with {what} even the lowest boundary spends only {most:.4g}. "
            "Ask for fewer events before a signal, for a greater length, or for a smaller alpha."
        )
    high = 1.0
    while spent(high) > alpha:
        high *= 2.0
        if high > HIGHEST:
            raise ValueError(f"No critical value below {HIGHEST:g} keeps to alpha {alpha:g}: ask for a greater alpha.")
    value = float(optimize.brentq(lambda value: spent(value) - alpha, LOWEST, high, xtol=1e-14, rtol=STEP))
    step = value * STEP
    while (real := spent(value)) > alpha:
        value += step
        step *= 2.0
    if real <= 0.0:
        raise ValueError(
            f"No boundary spends alpha {alpha:g} or less: with {what} nothing is rare enough to signal. Ask for a greater "
            "length or a greater alpha."
        )
    return CriticalValue(value, real)


def checked_alpha(alpha: float) -> float:
    """An alpha in (0, 0.5]; ValueError otherwise."""
    if not 0.0 < alpha <= MOST_ALPHA:
        raise ValueError(f"alpha is {alpha}: it lies above 0 and is at most {MOST_ALPHA:g}.")
    return alpha

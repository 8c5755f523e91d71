"""How much of alpha may be spent by which share of the surveillance: spending functions, and boundaries that follow them.

The boundary is exact on the scale of counts, Poisson or binomial: at each look the least count whose crossing keeps what
is spent so far within the function. A function is read at the information of the look that was held, so looks may be
skipped, late or added: what a skipped look did not spend, a later one may; what was spent is never given back. Source:
Lan, DeMets 1983, doi:10.1093/biomet/70.3.659.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, get_args

from scipy import special

from pipeline.sequential.arrivals import Step
from pipeline.sequential.boundary import UNREACHABLE, Boundary, kept_within
from pipeline.sequential.criticalvalue import checked_alpha

Spending = Literal["pocock", "obrien_fleming", "power"]
KINDS: tuple[str, ...] = get_args(Spending)


def spent_by(kind: Spending, fraction: float, alpha: float, exponent: float = 1.0) -> float:
    """Alpha that may be spent when this fraction of the information is in; 0 at none, alpha at all of it and beyond.

    pocock: alpha ln(1 + (e - 1) t), much of it early. obrien_fleming: 2 - 2 Φ(z / √t) with z the upper alpha/2 quantile,
    next to nothing early. power: alpha t**exponent.
    """
    checked_alpha(alpha)
    if kind not in KINDS:
        raise ValueError(f"spending is {kind!r}: choose one of {', '.join(KINDS)}.")
    if not fraction >= 0.0 or not 0.0 < exponent < math.inf:
        raise ValueError(
            f"fraction {fraction}, exponent {exponent}: neither can be below 0, and the exponent is not 0."
        )
    if fraction == 0.0:
        return 0.0
    if fraction >= 1.0:
        return alpha
    forms: dict[str, Callable[[float], float]] = {
        "pocock": lambda t: alpha * math.log1p((math.e - 1.0) * t),
        "obrien_fleming": lambda t: 2.0 * float(special.ndtr(float(special.ndtri(alpha / 2.0)) / math.sqrt(t))),
        "power": lambda t: alpha * t**exponent,
    }
    return min(forms[kind](fraction), alpha)


def spending_boundary(
    steps: Sequence[Step], fractions: Sequence[float], kind: Spending, alpha: float, *, exponent: float = 1.0,
    minimum: int = 1,
) -> Boundary:  # fmt: skip
    """Least count that crosses at each look, and what is spent by then.

    steps: how the count grows to each look under the null. fractions: information in at each look over the most there
    will be, never falling; looks without any, and looks after the first at which it is all in, cannot cross. minimum: fewest events that
    may cross. Raises ValueError where the information falls.
    """
    if any(later < earlier for earlier, later in pairwise(fractions)):
        raise ValueError(f"information {list(fractions)} falls: give at each look the most that was ever in.")
    is_open = [now > 0.0 and before < 1.0 for before, now in zip([0.0, *fractions], fractions, strict=False)]
    wanted = [minimum if one else UNREACHABLE for one in is_open]
    return kept_within(steps, wanted, [spent_by(kind, fraction, alpha, exponent) for fraction in fractions])

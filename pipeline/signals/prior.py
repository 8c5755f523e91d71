"""The prior behind EBGM: two gamma distributions fitted by maximum likelihood over every cell, zeros counted.

A case count n with expected count E is Poisson with mean λE; λ follows P·Gamma(α₁, β₁) + (1-P)·Gamma(α₂, β₂) (shape,
rate), so n is a mixture of two negative binomials. Of the three likelihoods in use under this name, the default is
DuMouchel's own: no truncation, all drug × event cells. The other two are in `truncated`. Source: DuMouchel 1999, doi:10.1080/00031305.1999.10474456.

A maximiser's "converged" is not believed: other tools have accepted α₁ = 1.5e-8 and negative weights from one. A
prior is returned only where the checks below hold; otherwise the reason is.
"""

import warnings
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from pipeline.signals.grid import BIN_WIDTH, Grid, binned
from pipeline.signals.interval import Array
from pipeline.signals.likelihood import ALL_CELLS, CellGroups, Likelihood, cell_groups, curvature
from pipeline.signals.priorerrors import Parameters, standard_errors

# An ascent may end where rounding leaves no step up. The maximiser's own word is not asked: where it ends is judged by slope
# and curvature there. Set once, since the filters are one list for all threads.
warnings.filterwarnings("ignore", "The line search algorithm did not converge", RuntimeWarning)

STARTS: tuple[Parameters, ...] = (
    (0.2, 0.1, 2.0, 4.0, 1 / 3),
    (0.2, 0.06, 1.4, 1.8, 0.1),
    (0.5, 0.5, 2.0, 2.0, 0.5),
    (1.0, 0.2, 5.0, 5.0, 0.05),
    (0.1, 0.2, 3.0, 2.0, 0.7),
)
"""α₁, β₁, α₂, β₂, P from which the maximum is climbed: spread over what is published for such data."""

PARAMETER_NAMES = ("ln α₁", "ln β₁", "ln α₂", "ln β₂", "logit P")

SMALLEST, LARGEST, SMALLEST_SHARE = 1e-4, 1e4, 1e-6
"""Range of shapes and rates, and the distance that P keeps from 0 and 1: beyond, a component is a point or empty."""

CEILING = np.append(np.full(4, np.log(LARGEST)), -special.logit(SMALLEST_SHARE))
FLOOR = np.append(np.full(4, np.log(SMALLEST)), special.logit(SMALLEST_SHARE))

AGREEING_STARTS = 3
SAME_LIKELIHOOD = 1e-3
"""Starts agree when their log-likelihoods differ by no more than this, and …"""
SAME_PARAMETERS = 1e-3
"""… none of ln α, ln β, logit P differs by more than this."""

MANY_GROUPS = 16_384
"""Groups from which on a start climbs coarse ones first, …"""
COARSER = 10.0
"""… in bins this many times wider."""
MOST_NEWTON_STEPS = 12
SETTLED = 1e-8
"""Newton step, in ln α, ln β and logit P, with which the climb ends."""
ROUNDING = 1e-13
"""Share of the log-likelihood by which rounding may seem to lower it."""

LEFT_TO_CLIMB = 1e-5
"""Log-likelihood that one more Newton step may promise at most."""

LEAST_CURVATURE = 1e-2
"""Smallest eigenvalue of the observed information on the scale of ln α, ln β, logit P: below, a direction is flat."""

LEAST_GAIN = 10.0
"""Log-likelihood that the prior must gain over λ = 1 everywhere: five parameters gain that by chance once in 1,000."""


UNKNOWN_ERRORS: Parameters = (np.nan,) * 5


class Prior(NamedTuple):
    """A fitted prior: p·Gamma(alpha1, beta1) + (1-p)·Gamma(alpha2, beta2), shape and rate, alpha1 <= alpha2.

    `starts` holds the log-likelihood reached from each start, in their order; `cells` is the number of drug × event
    cells; `errors` are the standard errors of the five parameters in their order (see `priorerrors`).
    """

    alpha1: float
    beta1: float
    alpha2: float
    beta2: float
    p: float
    log_likelihood: float
    starts: tuple[float, ...]
    cells: float
    likelihood: str = ALL_CELLS.name
    errors: Parameters = UNKNOWN_ERRORS


class PriorRefused(NamedTuple):
    """No prior fits: why, in one sentence; the log-likelihood that each start reached; the number of cells."""

    reason: str
    starts: tuple[float, ...]
    cells: float
    likelihood: str = ALL_CELLS.name


class _Summit(NamedTuple):
    """Where a start ended, in working parameters, and its log-likelihood."""

    working: Array
    log_likelihood: float


def fit_prior(
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    weight: npt.ArrayLike,
    *,
    starts: tuple[Parameters, ...] = STARTS,
    likelihood: Likelihood = ALL_CELLS,
) -> Prior | PriorRefused:
    """Fit the prior, or say why none fits.

    observed, expected: a group's case count (0 included) and expected count; weight: the number of cells in the group;
    shape (n,) each, as `grid` gives them. A fit is accepted only where at least three starts reach the same
    maximum, it lies inside the parameters' range, is level, is curved downwards in every direction, and
    explains the counts better than independence of all drugs and events. likelihood: ALL_CELLS, or by name one of
    `truncated`, which must not be given empty cells.
    """
    cells = cell_groups(observed, expected, weight)
    number, name = float(cells.weight.sum()), likelihood.name
    if not np.any(cells.observed * cells.weight > 0):
        return PriorRefused("No cell holds a case: there is nothing to fit a prior to.", (), number, name)
    coarse = _coarse(cells)
    summits = [_climbed(cells, coarse, start, likelihood) for start in starts]
    reached = tuple(summit.log_likelihood for summit in summits)
    best = max(summits, key=lambda summit: summit.log_likelihood)
    reason = _independence_objection(cells, best, likelihood) or _edge_objection(best)
    if reason:
        return PriorRefused(reason, reached, number, name)
    information = curvature(best.working, cells, likelihood)
    reason = _shape_objection(information, likelihood.loss_and_gradient(best.working, cells)[1], best, summits)
    if reason:
        return PriorRefused(reason, reached, number, name)
    natural = _natural(best.working)
    return Prior(*natural, best.log_likelihood, reached, number, name, standard_errors(natural, information))


def working_parameters(parameters: Parameters) -> Array:
    """Parameters on a scale without bounds: ln α₁, ln β₁, ln α₂, ln β₂, logit P."""
    return np.append(np.log(parameters[:4]), special.logit(parameters[4]))


def _natural(working: Array) -> Parameters:
    """Parameters on their own scale."""
    alpha1, beta1, alpha2, beta2 = (float(value) for value in np.exp(working[:4]))
    return alpha1, beta1, alpha2, beta2, float(special.expit(working[4]))


def _coarse(cells: CellGroups) -> CellGroups | None:
    """The same cells in ten times wider bins of ln(expected); None of few groups, which are as quickly climbed at once."""
    if cells.observed.size < MANY_GROUPS:
        return None
    return cell_groups(*binned(Grid(cells.observed, cells.expected, cells.weight), COARSER * BIN_WIDTH))


def _climbed(cells: CellGroups, coarse: CellGroups | None, start: Parameters, likelihood: Likelihood) -> _Summit:
    """Ascent from one start: over coarse groups first, then from the maximum reached there over all of them."""
    end = working_parameters(start)
    near = None
    if coarse:
        end = _ascent(coarse, end, likelihood)
        near = _newton(cells, end, curvature(end, coarse, likelihood), likelihood)
    end = _ascent(cells, end, likelihood) if near is None else near
    inside = np.clip(end, FLOOR, CEILING)
    ordered = inside if inside[0] <= inside[2] else np.append(inside[[2, 3, 0, 1]], -inside[4])
    return _Summit(ordered, -likelihood.loss_and_gradient(ordered, cells)[0])


def _newton(cells: CellGroups, begin: Array, information: Array, likelihood: Likelihood) -> Array | None:
    """Newton steps over all groups with the curvature of the coarse ones; None where they do not settle."""
    if not np.all(np.abs(information) < np.inf) or np.linalg.eigvalsh(information)[0] < LEAST_CURVATURE:
        return None
    here, (loss, gradient) = begin, likelihood.loss_and_gradient(begin, cells)
    for _ in range(MOST_NEWTON_STEPS):
        step = np.linalg.solve(information, gradient)
        there = here - step
        if np.any((there <= FLOOR) | (there >= CEILING)):
            return None
        new_loss, gradient = likelihood.loss_and_gradient(there, cells)
        if new_loss > loss + ROUNDING * abs(loss):
            return None
        here, loss = there, new_loss
        if np.max(np.abs(step)) < SETTLED:
            return here
    return None


def _ascent(cells: CellGroups, begin: Array, likelihood: Likelihood) -> Array:
    """Quasi-Newton ascent; a quadratic wall at the edge of the range turns a runaway back."""
    scale = float(cells.weight[cells.observed > 0].sum())

    def walled(working: Array) -> tuple[float, Array]:
        inside = np.clip(working, FLOOR, CEILING)
        excess = working - inside
        loss, gradient = likelihood.loss_and_gradient(inside, cells)
        slope = np.where(excess == 0, gradient / scale, 2.0 * excess)
        return loss / scale + float(excess @ excess), np.asarray(slope, dtype=np.float64)

    end = optimize.minimize(walled, begin, jac=True, method="BFGS", options={"gtol": 1e-9})
    return np.asarray(end.x, dtype=np.float64)


def _independence_objection(cells: CellGroups, best: _Summit, likelihood: Likelihood) -> str | None:
    """Objection where the counts are as independence would have them: there is no spread of λ to learn."""
    gain = best.log_likelihood - likelihood.independence(cells)
    if gain >= LEAST_GAIN:
        return None
    return f"The counts show no dependence of events on drugs: the prior gains {gain:.1f} in log-likelihood over λ = 1."


def _edge_objection(best: _Summit) -> str | None:
    """Objection where the best fit lies at the edge of the range."""
    at_edge = (best.working - FLOOR < SAME_PARAMETERS) | (CEILING - best.working < SAME_PARAMETERS)
    if not at_edge.any():
        return None
    named = ", ".join(f"{PARAMETER_NAMES[at]} = {best.working[at]:.4g}" for at in np.flatnonzero(at_edge))
    return f"The likelihood rises to the edge of the parameters' range ({named}): it has no maximum inside."


def _shape_objection(information: Array, gradient: Array, best: _Summit, summits: list[_Summit]) -> str | None:
    """Objection where the best fit is a ridge, a slope, or a summit that too few starts reach."""
    bends, directions = np.linalg.eigh(information)
    if bends[0] < LEAST_CURVATURE:
        return f"The likelihood is flat in one direction (curvature {bends[0]:.2g}): the parameters are not determined."
    slope = directions.T @ gradient
    left = float(np.sum(slope**2 / bends)) / 2.0
    if left > LEFT_TO_CLIMB:
        return f"The best start stopped {left:.2g} below the maximum in log-likelihood, more than {LEFT_TO_CLIMB:g}."
    agreeing = sum(_same(summit, best) for summit in summits)
    if agreeing < AGREEING_STARTS:
        return f"Only {agreeing} of {len(summits)} starts reach the best maximum; {AGREEING_STARTS} have to agree."
    return None


def _same(one: _Summit, other: _Summit) -> bool:
    """Whether two starts reached the same maximum."""
    apart = float(np.max(np.abs(one.working - other.working)))
    return abs(one.log_likelihood - other.log_likelihood) <= SAME_LIKELIHOOD and apart <= SAME_PARAMETERS

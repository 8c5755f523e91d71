"""EBGM over stratified expected counts: a prior of its own, fitted to every drug key and endpoint of the whole lake."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.cases.background import FittedPrior
from pipeline.cases.stratacells import LevelCells, Profiles, level_counts
from pipeline.cases.stratadrugs import DrugCells, drug_cells
from pipeline.signals.crosscount import Ints
from pipeline.signals.ebgm import ebgm
from pipeline.signals.grid import BIN_WIDTH, Grid, binned
from pipeline.signals.interval import Array, Flags, Interval
from pipeline.signals.prior import PriorRefused, fit_prior
from pipeline.vocabulary.comparators import comparator
from pipeline.vocabulary.endpoints import SCOPES
from pipeline.vocabulary.strata import Variable

AGAINST = "all"
NOT_ASKED = "No prior is fitted over stratified expected counts against this comparator; Mantel–Haenszel stands."


@dataclass(frozen=True, slots=True)
class StratifiedPrior:
    """The prior of one variable and scope, against all other reports."""

    variable: Variable
    fitted: FittedPrior

    def row(self, as_of: str) -> dict[str, object]:
        """The fit as a row of stratified_prior."""
        row = self.fitted.row(as_of, comparator(AGAINST).version)
        told = {"stratified_by": self.variable.id, "strata_version": self.variable.version}
        return {name: value for name, value in row.items() if name != "event_kind"} | told


def stratified_priors(profiles: Profiles, asked: Sequence[Variable]) -> dict[str, list[StratifiedPrior]]:
    """Fit the prior of each variable and scope over Σ n_drug n_event / n of the levels, each drug key and endpoint one cell."""
    cells = drug_cells(profiles, [variable.id for variable in asked])
    return {variable.id: _by_scope(profiles, variable, own) for variable, own in zip(asked, cells, strict=True)}


def _by_scope(profiles: Profiles, variable: Variable, cells: DrugCells) -> list[StratifiedPrior]:
    """The priors of one variable."""
    levels, size, events = level_counts(profiles, variable.id)
    per_case = events / size[:, np.newaxis]
    expected = np.zeros(cells.with_endpoint.shape)
    for place, level in enumerate(cells.levels.tolist()):
        expected += np.outer(cells.by_level[:, place], per_case[np.searchsorted(levels, level)])
    scopes = np.array(profiles.endpoints["scope"].to_pylist())
    return [
        StratifiedPrior(variable, _fitted(scope, cells.with_endpoint[:, scopes == scope], expected[:, scopes == scope]))
        for scope in SCOPES
    ]


def stratified_ebgm(
    profiles: Profiles, found: LevelCells, expected: Array, priors: list[StratifiedPrior]
) -> tuple[Interval, list[str | None]]:
    """EBGM of every comparison and endpoint, NaN where there is none, and why there is none."""
    a = found.rows().a.sum(axis=1)
    estimate, low, high = np.full((3, a.size), np.nan)
    reasons = np.full(a.size, NOT_ASKED, dtype=object)
    for prior in priors:
        rows = _rows_of(profiles, prior)
        reasons[rows] = prior.fitted.reason
        if prior.fitted.prior:
            estimate[rows], low[rows], high[rows], _ = ebgm(a[rows], expected[rows], prior.fitted.prior)
    return Interval(estimate, low, high, np.zeros(a.shape, dtype=np.bool_)), list(reasons)


def _rows_of(profiles: Profiles, prior: StratifiedPrior) -> Flags:
    against = np.array([name == prior.fitted.comparator for _, name in profiles.comparisons], dtype=np.bool_)
    scope = np.array([name == prior.fitted.scope for name in profiles.endpoints["scope"].to_pylist()], dtype=np.bool_)
    return np.asarray(np.logical_and.outer(against, scope).ravel())


def _fitted(scope: str, observed: Ints, expected: Array) -> FittedPrior:
    held = expected.ravel() > 0
    cells = Grid(observed.ravel()[held].astype(np.float64), expected.ravel()[held], np.ones(int(held.sum())))
    if not np.any(cells.observed > 0):
        reason = PriorRefused(
            "No drug and endpoint occur together in cases whose level is told.", (), float(cells.weight.size)
        )
        return FittedPrior(AGAINST, "endpoint", scope, reason)
    return FittedPrior(AGAINST, "endpoint", scope, fit_prior(*binned(cells, BIN_WIDTH)))

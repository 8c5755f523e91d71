"""The prior behind EBGM, fitted over the grid of all drug keys and all events of one kind."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.cases.backgroundpairs import Counted, Things
from pipeline.signals.grid import grid
from pipeline.signals.interval import Array, Flags
from pipeline.signals.prior import Prior, PriorRefused, fit_prior


@dataclass(frozen=True, slots=True)
class FittedPrior:
    """The prior of one comparator, event kind and scope, or the reason why there is none."""

    comparator: str
    event_kind: str
    scope: str | None
    fit: Prior | PriorRefused

    @classmethod
    def none(cls, comparator: str, event_kind: str, scope: str | None) -> "FittedPrior":
        """Where a comparator has no prior of its own and no attempt is made to fit one."""
        reason = "no prior is fitted for this comparator; PRR, ROR and IC stand."
        return cls(comparator, event_kind, scope, PriorRefused(reason, (), 0))

    @property
    def prior(self) -> Prior | None:
        """The prior where one was fitted."""
        return self.fit if isinstance(self.fit, Prior) else None

    @property
    def reason(self) -> str | None:
        """Why there is no prior."""
        return self.fit.reason if isinstance(self.fit, PriorRefused) else None

    def row(self, as_of: str, comparator_version: str) -> dict[str, object]:
        """The fit as a row of the table prior."""
        fitted = self.prior
        numbers = {name: getattr(fitted, name, None) for name in ("alpha1", "beta1", "alpha2", "beta2", "p")}
        return {
            "as_of": as_of,
            "comparator": self.comparator,
            "event_kind": self.event_kind,
            "scope": self.scope,
            "is_fitted": fitted is not None,
            "reason": self.reason,
            **numbers,
            "log_likelihood": fitted.log_likelihood if fitted else None,
            "starts": "|".join(f"{value:.6f}" for value in self.fit.starts),
            "n_cells": int(self.fit.cells),
            "comparator_version": comparator_version,
            "likelihood": self.fit.likelihood,
            **_errors(fitted),
        }


def _errors(fitted: Prior | None) -> dict[str, float | None]:
    """Standard error of each parameter; null where nothing was fitted."""
    names = ("alpha1_error", "beta1_error", "alpha2_error", "beta2_error", "p_error")
    return dict(zip(names, fitted.errors, strict=True)) if fitted else dict.fromkeys(names)


def fit_background(counted: Counted, named: Things, comparator: str, event_kind: str, scope: str | None) -> FittedPrior:
    """Fit the prior over the pairs of that comparator's background, of one kind of event; asks no database."""
    is_drug, is_event = _chosen(named, event_kind, scope)
    pairs = counted.pairs
    kept = is_drug[pairs["drug_id"].to_numpy()] & is_event[pairs["event_id"].to_numpy()]
    if not kept.any():
        empty = PriorRefused("No drug and event occur together in this background.", (), 0)
        return FittedPrior(comparator, event_kind, scope, empty)
    cells = grid(
        _floats(counted.drugs, "n_drug")[is_drug[counted.drugs["drug_id"].to_numpy()]],
        _floats(counted.events, "n_event")[is_event[counted.events["event_id"].to_numpy()]],
        counted.n_cases,
        observed=_floats(pairs, "a")[kept],
        drug_total=_floats(pairs, "n_drug")[kept],
        event_total=_floats(pairs, "n_event")[kept],
    )
    return FittedPrior(comparator, event_kind, scope, fit_prior(cells.observed, cells.expected, cells.weight))


def _chosen(named: Things, event_kind: str, scope: str | None) -> tuple[Flags, Flags]:
    """Whether each drug and each event stands in the grid, by its number.

    The group of all CAR-Ts holds cases its members hold too: in the grid they would be counted twice.
    """
    is_drug = [name != "any_car_t" for name in named.drugs["drug"].to_pylist()]
    kinds = zip(named.events["event_kind"].to_pylist(), named.events["scope"].to_pylist(), strict=True)
    is_event = [(kind, its_scope) == (event_kind, scope) for kind, its_scope in kinds]
    return np.array([False, *is_drug]), np.array([False, *is_event])


def _floats(table: pa.Table, name: str) -> Array:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)

"""The prior behind EBGM, fitted over the grid of all drug keys and all events of one kind."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.lake.warehouse import Warehouse
from pipeline.signals.grid import grid
from pipeline.signals.interval import Array, Flags
from pipeline.signals.prior import Prior, PriorRefused, fit_prior

# The group of all CAR-Ts holds cases its members hold too: in the grid they would be counted twice.
DRUGS = "SELECT drug <> 'any_car_t' AS chosen FROM drug ORDER BY drug_id"
EVENTS = "SELECT event_kind = $event_kind AND scope IS NOT DISTINCT FROM $scope AS chosen FROM event ORDER BY event_id"


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


def fit_background(
    warehouse: Warehouse, comparator: str, n_cases: int, event_kind: str, scope: str | None
) -> FittedPrior:
    """Fit the prior over the pairs just counted (pair, drug_margin, event_margin) for that comparator."""
    asked = {"event_kind": event_kind, "scope": scope}
    is_drug, is_event = _chosen(warehouse, DRUGS, {}), _chosen(warehouse, EVENTS, asked)
    drugs = warehouse.arrow("SELECT drug_id, n_drug FROM drug_margin ORDER BY drug_id")
    events = warehouse.arrow("SELECT event_id, n_event FROM event_margin ORDER BY event_id")
    pairs = warehouse.arrow("SELECT * FROM pair")
    kept = is_drug[pairs["drug_id"].to_numpy()] & is_event[pairs["event_id"].to_numpy()]
    if not kept.any():
        empty = PriorRefused("No drug and event occur together in this background.", (), 0)
        return FittedPrior(comparator, event_kind, scope, empty)
    cells = grid(
        _floats(drugs, "n_drug")[is_drug[drugs["drug_id"].to_numpy()]],
        _floats(events, "n_event")[is_event[events["event_id"].to_numpy()]],
        n_cases,
        observed=_floats(pairs, "a")[kept],
        drug_total=_floats(pairs, "n_drug")[kept],
        event_total=_floats(pairs, "n_event")[kept],
    )
    return FittedPrior(comparator, event_kind, scope, fit_prior(cells.observed, cells.expected, cells.weight))


def _chosen(warehouse: Warehouse, query: str, asked: dict[str, str | None]) -> Flags:
    """Whether each drug or event is one of those asked for, by its number; numbers count from 1."""
    return np.append(False, np.asarray(warehouse.arrow(query, asked)["chosen"].to_numpy(zero_copy_only=False)))


def _floats(table: pa.Table, name: str) -> Array:
    return np.asarray(table[name].to_numpy(), dtype=np.float64)

"""Chance without a state: a number between 0 and 1 that depends only on a seed, a purpose and keys.

A report's sex, drugs or country are drawn from its case number, so every version of a case in every quarter agrees
with the others, and any quarter can be written alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Finaliser of splitmix64. Source: Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195."""
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


@dataclass(frozen=True)
class Chance:
    """Draws of one generated world; two with the same seed agree on every number."""

    seed: int

    def uniform(self, purpose: str, *keys: Ints) -> Floats:
        """Uniform numbers in [0, 1), shape of the broadcast keys; different purposes are independent."""
        start = (self.seed * 0x9E3779B97F4A7C15 + crc32(purpose.encode()) * 0xD1B54A32D192ED03) % 2**64
        bits = np.full(1, start, dtype=np.uint64)
        for key in keys:
            bits = _mixed(bits + (np.asarray(key).astype(np.uint64) + np.uint64(1)) * _GOLDEN)
        return np.asarray((bits >> np.uint64(11)) * 2.0**-53)

    def whole(self, purpose: str, low: int, high: int, *keys: Ints) -> Ints:
        """Whole numbers from low to high, both included."""
        return (low + np.floor(self.uniform(purpose, *keys) * (high - low + 1))).astype(np.int64)

    def happens(self, purpose: str, share: float | Floats, *keys: Ints) -> Flags:
        """True with the given share."""
        return np.asarray(self.uniform(purpose, *keys) < share)


@dataclass(frozen=True)
class Lots:
    """Weighted values in groups; a draw picks one value of the asked group.

    values: shape (n,), grouped; edges: group number plus cumulative share, ascending, same shape.
    """

    values: Ints
    edges: Floats

    def draw(self, group: Ints | int, uniform: Floats) -> Ints:
        """One value per uniform number. The group must hold at least one weight above zero."""
        found = np.searchsorted(self.edges, np.asarray(group + uniform), side="right")
        return self.values[np.minimum(found, len(self.values) - 1)]


def grouped_lots(groups: Sequence[tuple[Sequence[int] | Ints, Sequence[float] | Floats]]) -> Lots:
    """Lots of (values, weights) per group, in order; a group without weight can never be drawn from."""
    values = [np.asarray(one, dtype=np.int64) for one, _ in groups]
    edges = [_group_edges(number, np.asarray(weights, dtype=np.float64)) for number, (_, weights) in enumerate(groups)]
    return Lots(np.concatenate(values), np.concatenate(edges))


def _group_edges(number: int, weights: Floats) -> Floats:
    total = weights.sum()
    if total <= 0:
        return np.full(len(weights), float(number))
    shares: Floats = np.cumsum(weights) / total
    shares[np.flatnonzero(weights)[-1] :] = 1.0
    return np.asarray(number + shares)


def lots(weights: Sequence[float] | Floats) -> Lots:
    """Lots of one group whose values are the places 0, 1, 2 … in weights."""
    return grouped_lots([(np.arange(len(weights)), weights)])

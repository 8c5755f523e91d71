"""What a linkage found against what is true: pairs, clusters, and intervals that know pairs of a cluster go together.

A labelling gives every case the number of its cluster. Pairs of one cluster are found or missed together, and sixteen
copies make 120 pairs of one decision, so no interval here takes pairs as independent: the unit that is drawn at random
is the island, all cases that truth and linkage together connect.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import beta, t

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
TAIL = 0.025


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval: hits of total, in units many independent islands; nan where total is 0."""

    hits: float
    total: float
    units: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself."""
        return self.hits / self.total if self.total else float("nan")


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of cases: places of both, the lower first, each pair once, in order."""

    first: Ints
    second: Ints
    count: int

    @property
    def key(self) -> Ints:
        """One number per pair."""
        return self.first * self.count + self.second

    def among(self, other: "Pairs") -> Flags:
        """Which of these pairs the other holds too."""
        return np.isin(self.key, other.key, assume_unique=True)

    def take(self, which: Flags) -> "Pairs":
        """The chosen pairs."""
        return Pairs(self.first[which], self.second[which], self.count)


def pairs_of(label: Ints) -> Pairs:
    """Every pair of cases with one label."""
    order = np.argsort(label, kind="stable")
    edges = np.flatnonzero(np.diff(label[order], prepend=label[order][:1] - 1))
    size = np.diff(np.append(edges, len(label)))
    place = np.arange(len(label)) - np.repeat(edges, size)
    later = np.repeat(np.arange(len(label)), place)
    back = np.arange(len(later)) - np.repeat(np.cumsum(place) - place, place) + 1
    return listed(order[later - back], order[later], len(label))


def listed(one: Ints, other: Ints, count: int) -> Pairs:
    """Pairs given in any order, perhaps more than once."""
    key = np.unique(np.minimum(one, other) * count + np.maximum(one, other))
    return Pairs(key // count, key % count, count)


def islands(truth: Ints, found: Ints) -> Ints:
    """Number of the island of every case: cases connected by truth, by the linkage, or by both in turn."""
    one, two = (np.unique(label, return_inverse=True)[1] for label in (truth, found))
    size = int(one.max(initial=-1) + two.max(initial=-1)) + 2
    graph = coo_array((np.ones(len(one)), (one, one.max(initial=-1) + 1 + two)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][one], dtype=np.int64)


def share(hit: Floats | Flags, island: Ints) -> Share:
    """Share of the items (pairs or cases) that are hits, each hit 0 to 1; island: number of each item's island.

    The interval is Clopper and Pearson's with the effective number of items that the spread between islands leaves.
    Without any spread (all hits, or none) the islands are the items. Source: Korn and Graubard 1998, Survey
    Methodology 24:193; the variance is that of a ratio, linearised.
    """
    hit = np.asarray(hit, dtype=np.float64)
    if not len(hit):
        return Share(0.0, 0.0, 0, float("nan"), float("nan"))
    _, unit = np.unique(island, return_inverse=True)
    hits, sizes = np.bincount(unit, weights=hit), np.bincount(unit)
    units, total, value = len(sizes), float(len(hit)), float(hit.mean())
    spread = float(((hits - value * sizes) ** 2).sum()) * units / max(units - 1, 1) / total**2
    if units == 1 or spread <= 0:
        effective = float(units)
    else:
        shrink = (t.ppf(1 - TAIL, total - 1) / t.ppf(1 - TAIL, units - 1)) ** 2
        effective = min(value * (1 - value) / spread, total) * float(shrink)
    low, high = _clopper_pearson(value * effective, effective)
    return Share(float(hit.sum()), total, units, low, high)


def _clopper_pearson(hits: float, total: float) -> tuple[float, float]:
    low = float(beta.ppf(TAIL, hits, total - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(1 - TAIL, hits + 1, total - hits)) if hits < total else 1.0
    return low, high


@dataclass(frozen=True, slots=True)
class Score:
    """How a labelling stands to the truth.

    precision, recall: of pairs. b_cubed_precision: of the cases the linkage merged, the mean share of each one's
    cluster that is truly its own event; b_cubed_recall: of the cases truly reported more than once, the mean share of
    each one's event found in its cluster (Bagga and Baldwin 1998, over those cases only: cases that stand alone and
    were left alone would hide every error). pure: clusters found that tell of one event; whole: events reported more
    than once whose cases are exactly one cluster.
    """

    precision: Share
    recall: Share
    b_cubed_precision: Share
    b_cubed_recall: Share
    pure: Share
    whole: Share


def score(truth: Ints, found: Ints, chosen: Flags | None = None) -> Score:
    """Compare a labelling with the truth; with chosen, over pairs and clusters that hold at least one chosen case."""
    wanted = np.ones(len(truth), dtype=bool) if chosen is None else chosen
    island, together = islands(truth, found), cluster_of_both(truth, found)
    true_pairs, found_pairs = (_touching(pairs_of(label), wanted) for label in (truth, found))
    in_truth, in_found, in_both = (_sizes(label) for label in (truth, found, together))
    merged, repeated = wanted & (in_found > 1), wanted & (in_truth > 1)
    pure, pure_at = _by_cluster(found, in_both == in_found, merged)
    whole, whole_at = _by_cluster(truth, (in_both == in_truth) & (in_found == in_truth), repeated)
    return Score(
        share(found_pairs.among(true_pairs), island[found_pairs.first]),
        share(true_pairs.among(found_pairs), island[true_pairs.first]),
        share((in_both / in_found)[merged], island[merged]),
        share((in_both / in_truth)[repeated], island[repeated]),
        share(pure, island[pure_at]),
        share(whole, island[whole_at]),
    )


def cluster_of_both(truth: Ints, found: Ints) -> Ints:
    """Label of the cases that agree in both labellings."""
    return np.unique(np.stack([truth, found]), axis=1, return_inverse=True)[1].reshape(-1)


def _sizes(label: Ints) -> Ints:
    _, inverse, counts = np.unique(label, return_inverse=True, return_counts=True)
    return np.asarray(counts[inverse], dtype=np.int64)


def _touching(pairs: Pairs, chosen: Flags) -> Pairs:
    return pairs.take(chosen[pairs.first] | chosen[pairs.second])


def _by_cluster(label: Ints, holds: Flags, chosen: Flags) -> tuple[Flags, Ints]:
    """One value per cluster of the chosen cases, and the place of a case of it."""
    _, first = np.unique(label[chosen], return_index=True)
    at = np.flatnonzero(chosen)[first]
    return holds[at], at

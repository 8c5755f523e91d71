"""Strata that no comparison asked about masking and no CAR-T removed tells apart, as groups."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.cases.members import integers, strata_of_cases
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.crosscount import Ints
from pipeline.signals.interval import Flags
from pipeline.signals.repeats import distinct_rows

STRATA = "SELECT stratum_id, products, is_car_t, n_cases FROM stratum ORDER BY stratum_id"
SIDES = "SELECT product, comparator, stratum_id, is_exposed FROM masking_side ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class Groups:
    """Groups of strata, and the comparisons they stand on a side of.

    comparisons: product and comparator of each. exposed, others: whether a group stands on the product's side, or on the
    other; shape (comparisons, groups). products: the CAR-Ts its cases name, as bits; is_car_t: whether they name one;
    sizes: its cases; shape (groups,) each. strata, group: each stratum's number, ascending, and its group.
    of_case: the group of each counted case, by its place.
    """

    comparisons: list[tuple[str, str]]
    exposed: Flags
    others: Flags
    products: Ints
    is_car_t: Flags
    sizes: Ints
    strata: Ints
    group: Ints
    of_case: Ints

    def of_strata(self, stratum_ids: Ints) -> Ints:
        """The group of each stratum."""
        return self.group[np.searchsorted(self.strata, stratum_ids)]


def masking_groups(warehouse: Warehouse) -> Groups:
    """Group the strata; needs the tables stratum, case_stratum and masking_side."""
    strata, sides = (warehouse.arrow(query) for query in (STRATA, SIDES))
    numbers, products = integers(strata, "stratum_id"), integers(strata, "products")
    is_car_t = np.asarray(strata["is_car_t"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    pairs = list(zip(sides["product"].to_pylist(), sides["comparator"].to_pylist(), strict=True))
    comparisons = sorted(set(pairs))
    place = {pair: number for number, pair in enumerate(comparisons)}
    row = np.array([place[pair] for pair in pairs], dtype=np.intp)
    column = np.searchsorted(numbers, integers(sides, "stratum_id"))
    is_exposed = np.asarray(sides["is_exposed"].to_numpy(zero_copy_only=False), dtype=np.bool_)
    exposed, others = (
        _matrix(row[held], column[held], len(comparisons), numbers.size) for held in (is_exposed, ~is_exposed)
    )
    _, group = distinct_rows(products.astype(np.float64), *(np.vstack([is_car_t, exposed, others]).astype(np.float64)))
    first = np.unique(group, return_index=True)[1]
    sizes = np.bincount(group, integers(strata, "n_cases"), minlength=first.size).astype(np.int64)
    return Groups(
        comparisons,
        exposed[:, first],
        others[:, first],
        products[first],
        is_car_t[first],
        sizes,
        numbers,
        group.astype(np.int64),
        group.astype(np.int64)[np.searchsorted(numbers, strata_of_cases(warehouse))],
    )


def _matrix(row: npt.NDArray[np.intp], column: npt.NDArray[np.intp], n_rows: int, n_columns: int) -> Flags:
    found = np.zeros((n_rows, n_columns), dtype=np.bool_)
    found[row, column] = True
    return found

"""What a comparison leaves out of its two sides, counted and said."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.lake.warehouse import Warehouse, model

# Each reason of compared_stratum.sql, as it follows a number of cases.
SAID = {
    "two CAR-Ts": "naming two different CAR-Ts",
    "no indication": "without an indication of a suspect drug",
    "another indication": "with another indication",
    "unknown age": "of unknown age",
    "another age": "of another age",
}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Cases that one comparison leaves out, by the reason: of the product's side, and of the side compared with."""

    of_product: Mapping[str, int] = field(default_factory=dict)
    of_comparator: Mapping[str, int] = field(default_factory=dict)

    @property
    def n_of_product(self) -> int:
        """Cases of the product that are not compared."""
        return sum(self.of_product.values())

    @property
    def sentence(self) -> str | None:
        """What a reader must know of it; None where nothing is left out."""
        told = [f"of the {name} cases: {_listed(counts)}" for name, counts in self._sides if counts]
        return f"Left out {'; '.join(told)}." if told else None

    @property
    def _sides(self) -> tuple[tuple[str, Mapping[str, int]], ...]:
        return (("product's", self.of_product), ("comparator's", self.of_comparator))


Comparisons = Mapping[tuple[str, str], LeftOut]


def cases_left_out(warehouse: Warehouse) -> dict[tuple[str, str], LeftOut]:
    """What each comparison leaves out, by product and comparator; one that leaves nothing out is absent."""
    counts: dict[tuple[str, str], dict[bool, dict[str, int]]] = defaultdict(lambda: {True: {}, False: {}})
    for row in warehouse.arrow(model("step/left_out")).to_pylist():
        counts[row["product"], row["comparator"]][row["is_exposed"]][row["reason"]] = row["n_cases"]
    return {key: LeftOut(found[True], found[False]) for key, found in counts.items()}


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{counts[reason]:,} {words}" for reason, words in SAID.items() if reason in counts)

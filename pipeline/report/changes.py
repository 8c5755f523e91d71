"""What changed since the data-lock point before: the waterfall, and cell a of each product and endpoint by reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.cases.explanationparts import REASONS
from pipeline.errors import CartwatchError
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.products import Product, product

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is known of the data-lock point before.

    waterfall: step and count then. counts: cell a of each product and endpoint, narrow scope, then and now. moves: the
    cases that entered or left cell a, by reason. Both sides are counted with today's code and vocabulary.
    """

    previous: str
    waterfall: Mapping[str, int]
    counts: Sequence[Row]
    moves: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the waterfall, then and now."""

    step: str
    unit: str
    then: int
    now: int


@dataclass(frozen=True, slots=True)
class Move:
    """Cases that entered (or left) cell a for one reason."""

    reason: str
    meaning: str
    is_entry: bool
    case_ids: Sequence[int]

    @property
    def title(self) -> str:
        """The reason in words."""
        return self.reason.replace("_", ": ")


@dataclass(frozen=True, slots=True)
class ChangedCell:
    """Cell a of one product and endpoint, then and now, and everything that moved it."""

    endpoint: Endpoint
    then: int
    now: int
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class ChangedProduct:
    """The cells of one product that changed, or that cases entered and left."""

    product: Product
    cells: Sequence[ChangedCell]


def refuse_disagreement(changes: Changes, signals: Sequence[Row]) -> None:
    """CartwatchError where cell a of the section of changes is not the one that the measures rest on."""
    now = {(row["product"], row["endpoint"]): row["n_to"] for row in changes.counts}
    for row in signals:
        key = (row["product"], row["endpoint"])
        if (
            row["scope"] == "narrow"
            and row["comparator"] == "all"
            and row["is_assessable"]
            and row["a"] != now.get(key, 0)
        ):
            raise CartwatchError(
                f"{key[0]} and {key[1]} have {row['a']} cases in the measures and {now.get(key, 0)} in what changed; "
                "please report this bug."
            )


def changed_steps(changes: Changes, waterfall: Sequence[Row]) -> list[Step]:
    """The waterfall of today beside that of then; a step not known then was 0."""
    return [
        Step(str(row["step"]), str(row["unit"]), changes.waterfall.get(str(row["step"]), 0), int(str(row["n"])))
        for row in waterfall
    ]


def changed_products(changes: Changes, shown: Sequence[Product]) -> list[ChangedProduct]:
    """The products shown on the page, then those whose last case is gone; endpoints in the vocabulary's order."""
    changed = {str(row["product"]) for row in changes.moves}
    others = [product(name) for name in sorted(changed - {item.id for item in shown})]
    found = [ChangedProduct(item, _cells(changes, item)) for item in (*shown, *others)]
    return [item for item in found if item.cells]


def _cells(changes: Changes, of: Product) -> list[ChangedCell]:
    counts = {str(row["endpoint"]): row for row in changes.counts if row["product"] == of.id}
    moves: dict[str, list[Move]] = {}
    for row in changes.moves:
        if row["product"] == of.id:
            moves.setdefault(str(row["endpoint"]), []).append(_move(row))
    order = list(REASONS)
    return [
        ChangedCell(
            endpoint,
            int(str(counts[endpoint.id]["n_from"])),
            int(str(counts[endpoint.id]["n_to"])),
            sorted(moves[endpoint.id], key=lambda move: (order.index(move.reason), not move.is_entry)),
        )
        for endpoint in endpoints()
        if endpoint.id in moves
    ]


def _move(row: Row) -> Move:
    ids, reason = row["case_ids"], str(row["reason"])
    return Move(reason, REASONS[reason], bool(row["is_entry"]), list(ids) if isinstance(ids, Sequence) else [])

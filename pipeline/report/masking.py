"""What dominating products and events hide from one product's pairs: pictures, the standing questions, what crosses 0."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.figures import Figure
from pipeline.report.maskingfigure import dumbbell
from pipeline.report.numbers import signed
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.products import Product, products

# A picture shows pairs with at least so many cases, and of each endpoint the removal that moves it furthest.
LEAST_CASES, MOST_LINES = 3, 8
MOST_TERMS = 40
SHOWN = "all"
PICTURES = {
    "product": "Without a product's reports",
    "event": "Without an event's reports",
}
# The questions every endpoint is asked: kind and what is removed.
ASKED = (("product", "other_car_t"), ("event", "crs"), ("term", "crs"))


@dataclass(frozen=True, slots=True)
class Question:
    """One endpoint against all other reports: its row for each of ASKED, None where that was not asked of it."""

    endpoint: Endpoint
    cells: tuple[Row | None, ...]

    @property
    def ic(self) -> float:
        """The IC before any removal."""
        return next(float(row["ic"]) for row in self.cells if row)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A pair whose IC025 crosses 0: its row, and its endpoint or term and what is removed in words."""

    row: Row
    event: str
    removed: str


@dataclass(frozen=True, slots=True)
class MaskingSection:
    """n_asked: removals counted again, n_comparators the comparators they are asked against.

    n_unanswered: removals of which the closed form has no answer. worst_error: its largest error in IC, None without one.
    terms: the n_terms crossings of preferred terms that shift furthest. screens: the closed form's error by kind of removal.
    """

    figures: list[Figure]
    questions: list[Question]
    crossings: list[Crossing]
    terms: list[Crossing]
    n_terms: int
    screens: list[Row]
    n_asked: int
    n_unanswered: int
    worst_error: float | None


def masking_section(facts: ReportFacts, product: Product, anchor: str) -> MaskingSection:
    """The section of one product; without a row it says that nothing could be asked."""
    rows, terms = (facts.rows_of(name, product.id) for name in ("masking_shift", "masking_term"))
    errors = [abs(row["screen_error"]) for row in rows if row["screen_error"] is not None]
    return MaskingSection(
        figures=_figures(rows, anchor, product),
        questions=_questions(rows),
        crossings=_crossings(rows),
        terms=[Crossing(row, str(row["term"]), removed_title(row)) for row in terms[:MOST_TERMS]],
        n_terms=len(terms),
        screens=facts.rows_of("masking_screen", product.id),
        n_asked=len(rows),
        n_unanswered=sum(row["ic_screen"] is None for row in rows),
        worst_error=max(errors, default=None),
    )


def removed_title(row: Row) -> str:
    """What is removed, in words; a drug key stays as it is."""
    named = {"other_car_t": "every other CAR-T"}
    named |= {item.id: item.title.split(" (")[0] for item in products()}
    if row["kind"] != "product":
        named |= {item.id: item.title for item in endpoints()}
    return named.get(row["removed"], str(row["removed"]))


def _figures(rows: Sequence[Row], anchor: str, product: Product) -> list[Figure]:
    drawn = [(kind, title, _furthest(rows, kind)) for kind, title in PICTURES.items()]
    return [
        dumbbell(f"{anchor}-masking-{kind}", f"{title}: {product.title}", [_line(row) for row in chosen])
        for kind, title, chosen in drawn
        if chosen
    ]


def _furthest(rows: Sequence[Row], kind: str) -> list[Row]:
    """The pairs that this kind of removal moves most, one removal for each endpoint; nothing that does not move."""
    moved = [
        r for r in rows if r["kind"] == kind and r["comparator"] == SHOWN and r["a"] >= LEAST_CASES and r["ic_shift"]
    ]
    ordered = sorted(moved, key=lambda row: (-abs(row["ic_shift"]), row["endpoint"], row["removed"]))
    first: dict[str, Row] = {}
    for row in ordered:
        first.setdefault(row["endpoint"], row)
    return list(first.values())[:MOST_LINES]


def _line(row: Row) -> Row:
    titles = {item.id: item.title for item in endpoints()}
    error = row["screen_error"]
    return {
        "label": titles[row["endpoint"]],
        "removed": f"without {removed_title(row)}",
        "before": row["ic"],
        "after": row["ic_after"],
        "screen": row["ic_screen"],
        "told": "no answer" if error is None else signed(error) if error < 0 else f"+{signed(error)}",
        "crosses": row["is_unmasked"] or row["is_lost"],
    }


def _questions(rows: Sequence[Row]) -> list[Question]:
    """The standing questions of every endpoint that was asked one, in the order of the vocabulary."""
    found = {(row["endpoint"], row["kind"], row["removed"]): row for row in rows if row["comparator"] == SHOWN}
    asked = [Question(item, tuple(found.get((item.id, *what)) for what in ASKED)) for item in endpoints()]
    return [question for question in asked if any(question.cells)]


def _crossings(rows: Sequence[Row]) -> list[Crossing]:
    """Pairs that a removal brings above 0 or takes below it, the largest shift first."""
    titles = {item.id: item.title for item in endpoints()}
    crossed = [row for row in rows if row["is_unmasked"] or row["is_lost"]]
    ordered = sorted(
        crossed, key=lambda r: (-abs(r["ic_shift"]), r["endpoint"], r["comparator"], r["kind"], r["removed"])
    )
    return [Crossing(row, titles[row["endpoint"]], removed_title(row)) for row in ordered]

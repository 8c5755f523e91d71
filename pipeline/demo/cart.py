"""CAR-T products in the generated world: when they came, how they are spelled, what their reports say.

Counts and shares are plausible inventions in the order of magnitude of published work (domain notes, sections 2 and 3).
"""

from dataclasses import dataclass

import numpy as np

from pipeline.demo.chance import Chance, Flags, Floats, Ints
from pipeline.demo.quarters import name, ordinal
from pipeline.demo.world import drug_places, table, terms

FULL_SIZE = 430_000  # reports of one real quarter; the counts per quarter below belong to that size
_LEAST_SHARE = 25  # a small demo has up to one CAR-T report in 25, so that it has something to show
_RAMP = 8  # quarters from approval to full uptake
_BREAKS = {"2023Q4": 1.25, "2024Q1": 1.6, "2024Q2": 1.3}  # reporting stimulated by the T-cell malignancy warning
_REMS_END, _AFTER_REMS = "2025Q3", 0.75
_T_CELL = ("T-cell lymphoma", "Peripheral T-cell lymphoma unspecified")


@dataclass(frozen=True)
class Product:
    """A CAR-T product: generic name, quarter of approval (ordinal), family of its terms, reports per full quarter."""

    name: str
    approved: int
    family: str
    per_quarter: float
    sender: str


@dataclass(frozen=True)
class FamilyTerm:
    """Share of a family's reports that carry a term, from the quarter (ordinal) it can occur."""

    pt: str
    since: int
    share: dict[str, float]


@dataclass(frozen=True)
class Disease:
    """An indication of one product: its term, the term of its return, patients' ages, and from when it was treated."""

    product: int
    indication: str
    index_term: str
    since: int
    weight: float
    ages: tuple[int, int]


PRODUCTS = tuple(
    Product(row["product"], ordinal(row["approved"]), row["family"], float(row["per_quarter"]), row["sender"])
    for row in table("cart_products.csv")
)
_FAMILIES = ("cd19_4_1bb", "cd19_cd28", "bcma")
FAMILY_TERMS = tuple(
    FamilyTerm(row["pt"], ordinal(row["since"]), {family: float(row[family]) for family in _FAMILIES})
    for row in table("cart_terms.csv")
)
_NUMBERS = {product.name: number for number, product in enumerate(PRODUCTS)}
DISEASES = tuple(
    Disease(
        _NUMBERS[row["product"]],
        row["indication"],
        row["index_term"],
        ordinal(row["since"]),
        float(row["weight"]),
        (int(row["age_low"]), int(row["age_high"])),
    )
    for row in table("cart_diseases.csv")
)
COMPANIONS = tuple(
    (row["active"], float(row["share"]), float(row["suspect_share"])) for row in table("cart_companions.csv")
)
INDEX_SHARE = 0.08  # share of reports that carry the return of the treated disease


def product_drugs() -> Ints:
    """Place of each product among drugs()."""
    return np.array([drug_places()[product.name.upper()] for product in PRODUCTS], dtype=np.int64)


def stimulus(at: int) -> float:
    """How reporting of the quarter stands against a calm one."""
    return _BREAKS.get(name(at), _AFTER_REMS if at >= ordinal(_REMS_END) else 1.0)


def reports_expected(at: int, reports: int) -> list[int]:
    """Reports of each product in a quarter of the given size; none before its approval.

    In a small quarter the class is over-represented, up to one report in 25.
    """
    uptake = [min(1.0, (at - one.approved + 1) / _RAMP) if at >= one.approved else 0.0 for one in PRODUCTS]
    full = [one.per_quarter * share * stimulus(at) for one, share in zip(PRODUCTS, uptake, strict=True)]
    scale = reports / FULL_SIZE
    if sum(full) > 0:
        scale = max(scale, min(1.0, reports / _LEAST_SHARE / sum(full)))
    return [round(number * scale) for number in full]


def term_flags(chance: Chance, caseid: Ints, product: Ints, at: int) -> Flags:
    """Which family term each report carries; shape (reports, len(FAMILY_TERMS))."""
    shares = np.array([[row.share[one.family] if row.since <= at else 0.0 for row in FAMILY_TERMS] for one in PRODUCTS])
    if stimulus(at) > 1:
        shares[:, [number for number, row in enumerate(FAMILY_TERMS) if row.pt in _T_CELL]] *= 3
    drawn = chance.uniform("CAR-T term", caseid[:, None], np.arange(len(FAMILY_TERMS))[None, :])
    return np.asarray(drawn < shares[product])


def family_term_places() -> Ints:
    """Place of each family term among terms()."""
    return terms().places(row.pt for row in FAMILY_TERMS)


def diseases_of(chance: Chance, caseid: Ints, product: Ints, origin: Ints) -> Ints:
    """Place in DISEASES of what each patient was treated for, among those treated by then."""
    owner, since = (np.array([getattr(one, key) for one in DISEASES]) for key in ("product", "since"))
    fits = (product[:, None] == owner) & (origin[:, None] >= since)
    summed = np.cumsum(np.where(fits, np.array([one.weight for one in DISEASES]), 0.0), axis=1)
    target: Floats = chance.uniform("disease", caseid) * summed[:, -1]
    return np.asarray((summed <= target[:, None]).sum(axis=1), dtype=np.int64)

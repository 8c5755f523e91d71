"""The drug-event pairs that are raised on purpose, so that a reader of the demo can see them found."""

from dataclasses import dataclass

from pipeline.demo.cart import FAMILY_TERMS, PRODUCTS
from pipeline.demo.world import class_strengths, drugs, terms

_MEAN_TERMS = 3.2  # background reactions per report, about
_LEAST_STRENGTH = 10.0


@dataclass(frozen=True)
class Planted:
    """One raised pair: product or active ingredient, preferred term, and how many times above the background.

    strength compares shares of reports: for CAR-T, with the reports of all other drugs together; for another drug, with
    reports that have it as primary suspect against the background. Co-reported drugs dilute what is measured.
    """

    product: str
    pt: str
    strength: float


def _cart() -> list[Planted]:
    known = terms()
    return [
        Planted(
            product.name,
            row.pt,
            round(row.share[product.family] / (_MEAN_TERMS * known.shares[known.index[row.pt]]), 1),
        )
        for product in PRODUCTS
        for row in FAMILY_TERMS
        if product.name != "unspecified_car_t"
    ]


def _others() -> list[Planted]:
    names, per_class = terms().names, class_strengths()
    return [
        Planted(drug.active, names[place], strength)
        for drug in drugs()
        if drug.brand
        for place, strength in per_class.get(drug.drug_class, [])
    ]


PLANTED: tuple[Planted, ...] = tuple(pair for pair in (*_cart(), *_others()) if pair.strength >= _LEAST_STRENGTH)

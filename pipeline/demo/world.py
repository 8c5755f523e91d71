"""The world reports are drawn from: drugs with their spellings, preferred terms, and what each drug raises.

It is the same for every seed and quarter. Frequencies follow a power law; a drug raises the terms of its class
(``data/class_terms.csv``) and a few of its own. Names are public; no number comes from real reports.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from pipeline.demo.chance import Chance, Floats, Ints, Lots, grouped_lots, lots

DATA = Path(__file__).parent / "data"
YEARS = range(2004, 2041)
_FIXED = Chance(20170830)  # what is drawn here belongs to the world, not to a user's seed
_COMMON = 150  # terms at the head of terms.txt, in falling frequency
_SALTS = ("HYDROCHLORIDE", "SODIUM", "ACETATE", "SULFATE", "PHOSPHATE", "MALEATE", "TARTRATE", "MESYLATE", "CITRATE")
_BASE_AND_SALT = 2  # words
_UNSALTED = ("MAB", "CEPT", "IN", "ITE", "CEL", "ACID", "OIL", "ZINC", "COPPER", "ETHER", "ONE", "RUS")


def table(file: str) -> list[dict[str, str]]:
    """Rows of a data file of the demo, as text."""
    with (DATA / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def lines_of(file: str) -> list[str]:
    """Lines of a data file of the demo."""
    return (DATA / file).read_text(encoding="utf-8").splitlines()


@dataclass(frozen=True)
class Drug:
    """A product as reporters name it: active ingredients (joined by a backslash), class, brand, first year, weight.

    weight: relative frequency among all drugs mentioned; 0 for products that are only placed on purpose.
    """

    active: str
    drug_class: str
    brand: str
    since: int
    weight: float


@dataclass(frozen=True)
class Terms:
    """Preferred terms in today's spelling, with their share of all reactions in the background."""

    names: tuple[str, ...]
    shares: Floats
    index: dict[str, int]

    def places(self, names: Iterable[str]) -> Ints:
        """Places of named terms, shape (n,)."""
        return np.array([self.index[name] for name in names], dtype=np.int64)


def _compounds() -> Iterator[str]:
    parts: dict[str, list[str]] = {}
    for row in table("term_parts.csv"):
        parts.setdefault(row["part"], []).append(row["text"])
    for kind in ("site", "analyte", "organism"):
        for pattern in parts[f"{kind}_pattern"]:
            yield from (pattern.format(part) for part in parts[kind])


def _shuffled(count: int, purpose: str) -> Ints:
    return np.argsort(_FIXED.uniform(purpose, np.arange(count)), kind="stable")


@lru_cache(maxsize=1)
def terms() -> Terms:
    """Some 4,000 terms: about 1,000 that are real, the rest built from body sites, analytes and organisms."""
    named = lines_of("terms.txt")
    taken = {name.lower() for name in named}
    built = [name for name in dict.fromkeys(_compounds()) if name.lower() not in taken]
    former = [row["before"] for row in table("former_terms.csv") if row["before"].lower() not in taken]
    rank = np.concatenate(
        [
            np.arange(_COMMON),
            _COMMON + 1.5 * _shuffled(len(named) - _COMMON, "named terms"),
            600 + 3.0 * _shuffled(len(built), "built terms"),
        ]
    )
    weight = np.concatenate([(rank + 14.0) ** -1.05, np.zeros(len(former))])
    names = (*named, *built, *former)
    index = {name: place for place, name in enumerate(names)}
    weight[[index[name] for name in lines_of("rare_terms.txt")]] = 3e-5
    return Terms(names, weight / weight.sum(), index)


@lru_cache(maxsize=1)
def term_lots() -> Lots:
    """Terms by their background share; one group."""
    return lots(terms().shares)


def _salted(drug: Drug, number: int) -> Iterator[Drug]:
    """Variants that reports spell apart: the bare base of a salt, or two salts of a base."""
    words = drug.active.split()
    if "\\" in drug.active or drug.active[-1].isdigit() or len(words) > _BASE_AND_SALT or drug.drug_class == "decoy":
        return
    base, start = words[0], int(_FIXED.whole("salt", 0, len(_SALTS) - 1, np.array([number]))[0])
    if len(words) == 1 and base.endswith(_UNSALTED):
        return
    offered = ([base] if len(words) == _BASE_AND_SALT else []) + [
        f"{base} {_SALTS[(start + 4 * k) % len(_SALTS)]}" for k in (0, 1)
    ]
    for active, share in zip(offered, (0.3, 0.1, 0.04), strict=False):
        if active != drug.active:
            yield Drug(active, drug.drug_class, "", drug.since, drug.weight * share)


@lru_cache(maxsize=1)
def drugs() -> tuple[Drug, ...]:
    """Every product: the listed ones, their salt variants, and the CAR-T products with weight 0 at the end."""
    rows = table("drugs.csv")
    weights = (_shuffled(len(rows), "drugs") + 9.0) ** -0.95
    listed = [
        Drug(
            row["active"],
            row["drug_class"],
            row["brand"],
            int(row["since"] or 0),
            0.0015 * weights.sum() if row["drug_class"] == "decoy" else float(weight),
        )
        for row, weight in zip(rows, weights, strict=True)
    ]
    variants = [variant for number, drug in enumerate(listed) for variant in _salted(drug, number)]
    taken = {drug.active for drug in listed}
    kept = {drug.active: drug for drug in variants if drug.active not in taken}
    cart = [Drug(row["product"].upper(), "car_t", "", 0, 0.0) for row in table("cart_products.csv")]
    return (*listed, *kept.values(), *cart)


@lru_cache(maxsize=1)
def drug_places() -> dict[str, int]:
    """First place of each active ingredient text in drugs()."""
    return {drug.active: place for place, drug in reversed(list(enumerate(drugs())))}


@lru_cache(maxsize=1)
def classes() -> dict[str, int]:
    """Number of each drug class; the CAR-T class has the last."""
    return {name: number for number, name in enumerate(dict.fromkeys(drug.drug_class for drug in drugs()))}


def class_of_drug() -> Ints:
    """Class number per drug."""
    return np.array([classes()[drug.drug_class] for drug in drugs()], dtype=np.int64)


def _weights_in(year: int) -> Floats:
    return np.array([drug.weight if drug.since <= year else 0.0 for drug in drugs()])


@lru_cache(maxsize=1)
def drug_lots() -> Lots:
    """Drugs by frequency; group = place of the year in YEARS."""
    places = np.arange(len(drugs()))
    return grouped_lots([(places, _weights_in(year)) for year in YEARS])


@lru_cache(maxsize=1)
def kin_lots() -> Lots:
    """Drugs of one class by frequency; group = class number x len(YEARS) + place of the year."""
    member = class_of_drug()
    places = [np.flatnonzero(member == number) for number in range(len(classes()))]
    weights = [_weights_in(year) for year in YEARS]
    return grouped_lots([(own, weight[own]) for own in places for weight in weights])


@lru_cache(maxsize=1)
def class_strengths() -> dict[str, list[tuple[int, float]]]:
    """Terms each class raises, with how many times above the background."""
    found: dict[str, list[tuple[int, float]]] = {}
    for row in table("class_terms.csv"):
        found.setdefault(row["drug_class"], []).append((terms().index[row["pt"]], float(row["strength"])))
    return found


def _own_strengths(place: int) -> list[tuple[int, float]]:
    """Between 4 and 12 further terms of one drug, raised 2 to 60 times, most of them weakly."""
    key, count = np.array([place]), len(terms().names)
    number = np.arange(int(_FIXED.whole("own terms", 4, 12, key)[0]))
    which = (_FIXED.uniform("own term", key, number) ** 1.5 * count).astype(np.int64)
    strength = 2.0 * 30.0 ** (_FIXED.uniform("own strength", key, number) ** 2)
    return [(int(term), float(times)) for term, times in zip(which, strength, strict=True)]


@dataclass(frozen=True)
class Profiles:
    """What reports with a drug as primary suspect say beyond the background.

    share: per drug, the share of reactions drawn from its own lots; raised: lots of terms, group = drug.
    """

    share: Floats
    raised: Lots


def _excess(strengths: Sequence[tuple[int, float]]) -> tuple[float, Ints, Floats]:
    """Share of raised reactions and their weights, such that each term comes out at its strength x background.

    With background share b, strength s and share q of raised reactions: (1 - q) b + q p = s b, and the p sum to 1.
    """
    raised = dict(sorted(strengths, key=lambda one: one[1]))  # of two strengths for one term the larger holds
    places = np.array(list(raised), dtype=np.int64)
    times, background = np.array(list(raised.values())), terms().shares[places]
    share = float(((times - 1) * background).sum() / (1 - background.sum()))
    return share, places, (times - 1 + share) * background


@lru_cache(maxsize=1)
def profiles() -> Profiles:
    """The raised terms of every drug."""
    per_class = class_strengths()
    found = [_excess(per_class.get(drug.drug_class, []) + _own_strengths(n)) for n, drug in enumerate(drugs())]
    return Profiles(np.array([one[0] for one in found]), grouped_lots([one[1:] for one in found]))

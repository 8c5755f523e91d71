"""The columns of DRUG, THER and INDI: what was taken, how, when and for what."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.demo.cart import DISEASES, PRODUCTS, product_drugs
from pipeline.demo.chance import Flags, Ints, Lots, grouped_lots, lots
from pipeline.demo.content import PS, ROLES
from pipeline.demo.dates import FULL, MONTH, NOTHING, YEAR, date_text
from pipeline.demo.page import Columns, Page, picked, shown, texts
from pipeline.demo.quarters import is_legacy, ordinal
from pipeline.demo.world import Drug, class_of_drug, classes, drug_places, drugs, table

_ROUTES = (
    "Oral",
    "",
    "Intravenous",
    "Subcutaneous",
    "Unknown",
    "Topical",
    "Respiratory (inhalation)",
)
_ROUTE_LOTS = lots([0.38, 0.34, 0.10, 0.09, 0.06, 0.02, 0.01])
_CHALLENGE = ("", "U", "Y", "N", "D")
_PRECISIONS = np.array([FULL, MONTH, YEAR, NOTHING])
_START_PRECISION, _END_PRECISION = lots([0.55, 0.23, 0.22, 0]), lots([0.25, 0.08, 0.02, 0.65])
_TITLE_CASE_SINCE = ordinal("2014Q3")
_UNKNOWN_USE = "Product used for unknown indication"
_DOSED = ("dose_vbm", "dose_amt", "dose_unit", "dose_form", "dose_freq")


@dataclass(frozen=True)
class Spellings:
    """The ways every drug is written. lots: places in texts, group = drug; verbatim, has_ai: per text."""

    texts: Any
    lots: Lots
    verbatim: Ints
    has_ai: Flags


def _ways(drug: Drug) -> list[tuple[str, float, bool, bool]]:
    """Text, weight, whether it is the reporter's own wording, whether FDA gives its active ingredient."""
    plain = drug.active.replace("\\", "/")
    ways = [
        (plain, 24.0, False, True),
        (plain.capitalize(), 14.0, False, True),
        (plain.lower(), 3.0, True, True),
        (f"{plain}.", 4.0, False, True),
        (f"{plain} TABLETS", 1.0, True, False),
    ]
    if drug.brand:
        ways += [(drug.brand, 110.0, False, True), (drug.brand.title(), 18.0, False, True)]
        ways += [(f"{drug.brand} ({drug.active.lower()})", 2.0, True, True), (f"{drug.brand} 10MG", 2.0, True, False)]
    return ways if drug.brand != drug.active else ways[:2]


def _cart_ways() -> dict[str, list[tuple[str, float, bool, bool]]]:
    found: dict[str, list[tuple[str, float, bool, bool]]] = {}
    for row in table("cart_spellings.csv"):
        has_ai = row["has_prod_ai"] == "1"
        found.setdefault(row["product"].upper(), []).append((row["spelling"], float(row["weight"]), not has_ai, has_ai))
    return found


@lru_cache(maxsize=2)
def spellings(*, upper: bool) -> Spellings:
    """All spellings of all drugs; upper: in capitals, as legacy AERS kept them."""
    cart = _cart_ways()
    ways = [cart[drug.active] if drug.drug_class == "car_t" else _ways(drug) for drug in drugs()]
    flat = [way for own in ways for way in own]
    ends = np.cumsum([len(own) for own in ways])
    places = np.split(np.arange(len(flat)), ends[:-1])
    words = pa.array([text.upper() if upper else text for text, *_ in flat])
    weighted = grouped_lots([(place, [way[1] for way in own]) for place, own in zip(places, ways, strict=True)])
    return Spellings(
        words, weighted, np.array([way[2] for way in flat]).astype(np.int64), np.array([way[3] for way in flat])
    )


@lru_cache(maxsize=1)
def _ingredients() -> Any:
    return pa.array(["" if drug.active == "UNSPECIFIED_CAR_T" else drug.active for drug in drugs()])


@lru_cache(maxsize=1)
def _regimens() -> tuple[dict[str, Any], Lots]:
    rows = table("regimens.csv")
    columns = {name: pa.array([row[name] for row in rows]) for name in _DOSED}
    return columns, lots([float(row["weight"]) for row in rows])


@lru_cache(maxsize=1)
def _numbers() -> tuple[Any, Any]:
    """Lot numbers to choose from, and one application number per drug, some with their leading zero lost."""
    batches = pa.array(["", "UNKNOWN", *(f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}{1000 + n}" for n in range(2000))])
    applications = pa.array([f"{17000 + 41 * n:0{6 - n % 2}d}" for n in range(len(drugs()))])
    return batches, applications


class DrugPage:
    """The drug rows of a page, with what DRUG, THER and INDI share."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.rows = page.content.drugs

    def uniform(self, purpose: str) -> Any:
        """One number per drug row that every version of its case shares."""
        return self.page.chance.uniform(purpose, self.page.roster.caseid[self.rows.report], self.rows.seq)

    def happens(self, purpose: str, share: float) -> Flags:
        """Whether something is so of each drug row, for the given share of rows."""
        return self.page.chance.happens(purpose, share, self.page.roster.caseid[self.rows.report], self.rows.seq)

    @cached_property
    def keys(self) -> Columns:
        """Report, case and drug number of every row; legacy drug numbers are unique in the whole quarter."""
        seq = self.rows.seq
        if is_legacy(self.page.at):
            seq = 1_000_000_000 + self.page.roster.isr[self.rows.report] % 10_000_000 * 64 + seq
        report = pa.array(self.rows.report)
        return {
            "primaryid": self.page.primaryid.take(report),
            "caseid": self.page.caseid.take(report),
            "drug_seq": texts(seq),
        }

    @cached_property
    def is_product(self) -> Flags:
        """Rows that name a CAR-T product."""
        return np.isin(self.rows.drug, product_drugs())


def drug_columns(of: DrugPage) -> Columns:
    """Every column DRUG ever had, one row per drug mentioned."""
    spelled = spellings(upper=is_legacy(of.page.at))
    place = spelled.lots.draw(of.rows.drug, of.uniform("spelling"))
    batches, applications = _numbers()
    lot = np.where(of.happens("lot known", 0.08), (of.uniform("lot") * len(batches)).astype(np.int64), 0)
    expiry = np.where(of.happens("expiry", 0.01), FULL, NOTHING)
    totalled = of.happens("total dose", 0.006)
    marketed = (of.rows.role == PS) | of.happens("application", 0.12)
    return {
        **of.keys,
        "role_cod": picked(ROLES, of.rows.role),
        "drugname": picked(spelled.texts, place),
        "prod_ai": shown(
            spelled.has_ai[place] & ~of.happens("no ingredient", 0.09), picked(_ingredients(), of.rows.drug)
        ),
        "val_vbm": texts(1 + spelled.verbatim[place]),
        "route": _route(of),
        **_doses(of),
        "cum_dose_chr": shown(totalled, texts(10 * of.rows.seq)),
        "cum_dose_unit": picked(["", "MG"], totalled.astype(np.int64)),
        "dechal": picked(_CHALLENGE, lots([0.45, 0.36, 0.11, 0.03, 0.05]).draw(0, of.uniform("dechallenge"))),
        "rechal": picked(_CHALLENGE, lots([0.62, 0.34, 0.01, 0.02, 0.01]).draw(0, of.uniform("rechallenge"))),
        "lot_num": picked(batches, lot),
        "exp_dt": date_text(of.page.fda_day[of.rows.report] + 300, expiry),
        "nda_num": shown(marketed & ~of.is_product, picked(applications, of.rows.drug)),
    }


def _route(of: DrugPage) -> Any:
    infused = _ROUTES.index("Intravenous")
    place = np.where(of.is_product, infused, _ROUTE_LOTS.draw(0, of.uniform("route")))
    return picked(_ROUTES if of.page.at >= _TITLE_CASE_SINCE else [route.upper() for route in _ROUTES], place)


def _doses(of: DrugPage) -> Columns:
    columns, weights = _regimens()
    place = np.where(of.is_product, 0, weights.draw(0, of.uniform("regimen")))
    return {name: picked(words, place) for name, words in columns.items()}


def _some(columns: Columns, which: Flags) -> Columns:
    mask = pa.array(which)
    return {name: words.filter(mask) for name, words in columns.items()}


def ther_columns(of: DrugPage) -> Columns:
    """Every column THER ever had: start and end of a third of the drugs mentioned, most of the CAR-T infusions."""
    which = of.happens("therapy", 0.34)
    which |= of.is_product & of.happens("infusion dated", 0.7)
    start = of.page.start_day[of.rows.report]
    days = np.where(of.is_product, 0, (of.uniform("therapy days") ** 3 * 700).astype(np.int64))
    first = np.where(of.is_product, FULL, _PRECISIONS[_START_PRECISION.draw(0, of.uniform("start precision"))])
    has_ended = start + days <= of.page.fda_day[of.rows.report]
    last = np.where(has_ended, _PRECISIONS[_END_PRECISION.draw(0, of.uniform("end precision"))], NOTHING)
    timed = of.happens("duration", 0.07)
    columns = of.keys | {
        "start_dt": date_text(start, first),
        "end_dt": date_text(start + days, last),
        "dur": shown(timed, texts(1 + days)),
        "dur_cod": picked(["", "DAY"], timed.astype(np.int64)),
    }
    return _some(columns, which)


@lru_cache(maxsize=2)
def _indications(*, upper: bool) -> tuple[Any, Lots, Ints]:
    """Indication texts, lots of them per drug class (an eighth unknown), and the place of each CAR-T disease."""
    rows = table("class_indications.csv")
    names = list(
        dict.fromkeys([_UNKNOWN_USE, *(row["indication"] for row in rows), *(one.indication for one in DISEASES)])
    )
    per_class = [[names.index(row["indication"]) for row in rows if row["drug_class"] == name] for name in classes()]
    weighted = grouped_lots([([0, *own], [1.0, *([7.0 / max(len(own), 1)] * len(own))]) for own in per_class])
    diseases = np.array([names.index(one.indication) for one in DISEASES])
    return pa.array([name.upper() if upper else name for name in names]), weighted, diseases


def indi_columns(of: DrugPage) -> Columns:
    """Every column INDI ever had: why three of four drugs were given; a CAR-T patient's disease for the CAR-T."""
    names, weighted, diseases = _indications(upper=is_legacy(of.page.at))
    place = weighted.draw(class_of_drug()[of.rows.drug], of.uniform("indication"))
    disease = of.page.content.disease[of.rows.report]
    depleting = np.isin(of.rows.drug, [drug_places()[name] for name in ("FLUDARABINE PHOSPHATE", "CYCLOPHOSPHAMIDE")])
    place = np.where((disease >= 0) & (of.is_product | depleting), diseases[disease], place)
    which = of.happens("indicated", 0.735)
    return _some(of.keys | {"indi_pt": picked(names, place)}, which | of.is_product)


def named_products(of: DrugPage) -> dict[str, int]:
    """Reports that name each CAR-T product as a drug, by generic name."""
    pairs = {
        (int(drug), int(report))
        for drug, report in zip(of.rows.drug[of.is_product], of.rows.report[of.is_product], strict=True)
    }
    places = product_drugs().tolist()
    return {one.name: sum(drug == place for drug, _ in pairs) for one, place in zip(PRODUCTS, places, strict=True)}

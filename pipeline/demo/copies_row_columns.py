"""The columns of drugs, reactions, outcomes, therapies, indications and sources for reports with known duplicates."""

from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.demo.cart import DISEASES, product_drugs
from pipeline.demo.chance import Chance, Flags, Ints, Lots, grouped_lots, lots
from pipeline.demo.content import ROLES, DrugRows, Rows, code_rows
from pipeline.demo.copies_report_columns import Columns, chosen, dated, texts
from pipeline.demo.copies_reports import FOLLOW_UP, LITERATURE, SECOND, Reports
from pipeline.demo.copies_text import ingredient_lists, mistyped
from pipeline.demo.dates import FULL, MONTH, NOTHING, YEAR
from pipeline.demo.drug_columns import spellings
from pipeline.demo.world import class_of_drug, classes, drug_places, table, terms

_OUTCOMES = ("OT", "HO", "DE", "LT", "DS", "RI", "CA")
_OUTCOME_WEIGHTS = [0.54, 0.30, 0.08, 0.04, 0.03, 0.005, 0.005]
_SOURCES = ("HP", "CSM", "OTH", "FGN", "SDY", "LIT", "UF", "CR")
_SOURCE_WEIGHTS = [0.4, 0.3, 0.1, 0.1, 0.04, 0.03, 0.02, 0.01]
_ROUTES = ("Oral", None, "Intravenous", "Subcutaneous", "Unknown", "Topical")
_UNKNOWN_USE = "Product used for unknown indication"
_START_PRECISION = np.array([FULL, MONTH, YEAR, NOTHING])
_MODERN_NAMES_DAY = int(np.datetime64("2014-07-01").astype(np.int64))
_INTRAVENOUS = 2
Placed = tuple[Ints, Columns]


def drug_columns(told: Reports, rows: DrugRows, chance: Chance) -> Columns:
    """Names as each sender spells them, with slips; FDA finds no ingredient in six of ten names that have one."""
    spelled = spellings(upper=False)
    case, key = rows.report, _row_keys(told, rows, chance)
    place = spelled.lots.draw(rows.drug, chance.uniform("spelling", key, rows.drug))
    slips = told.is_copy[case] & chance.happens("drug slip", told.mix.typo_drug, told.key[case], rows.seq)
    names = mistyped(spelled.texts.take(pa.array(place)).to_pylist(), slips, chance.uniform("slip", key, rows.drug))
    resolved = spelled.has_ai[place] & ~chance.happens("no ingredient", 0.09, key, rows.drug)
    resolved &= ~(slips & chance.happens("not understood", 0.6, key, rows.drug))
    resolved &= told.fda_day[case] >= _MODERN_NAMES_DAY
    active, split = ingredient_lists()
    where = pa.array(np.where(resolved, rows.drug, -1), mask=~resolved)
    infused = np.isin(rows.drug, product_drugs())
    route = np.where(
        infused, _INTRAVENOUS, lots([0.38, 0.34, 0.10, 0.09, 0.06, 0.03]).draw(0, _drawn(chance, key, rows))
    )
    lot = chance.happens("lot known", 0.08, key, rows.drug)
    event_key = told.patients.key[told.event][case]
    return {
        "drug_seq": rows.seq,
        "role_code": chosen(ROLES, rows.role),
        "drug_name": texts(names),
        "active_ingredient": active.take(where),
        "ingredients": split.take(where),
        "route": chosen(_ROUTES, route),
        "lot_number": pc.if_else(pa.array(lot), _lots_of(event_key, rows, chance), None),
    }


def _drawn(chance: Chance, key: Ints, rows: DrugRows) -> np.ndarray:
    return chance.uniform("route", key, rows.drug)


def _row_keys(told: Reports, rows: DrugRows, chance: Chance) -> Ints:
    """What a row's wording is drawn by: the telling it repeats, the report itself where the sender rewords it."""
    case = rows.report
    own = told.is_copy[case] & chance.happens("respelled", told.mix.respelled, told.key[case], rows.seq)
    return np.where(own, told.key[case], told.told_key[case])


def _lots_of(event_key: Ints, rows: DrugRows, chance: Chance) -> pa.Array:
    number = chance.whole("lot", 1000, 2999, event_key, rows.drug)
    return pc.binary_join_element_wise("LT", pc.cast(pa.array(number), pa.string()), "")


def reaction_columns(rows: Rows) -> Columns:
    """Terms as published and in one spelling."""
    names = texts(terms().names).take(pa.array(rows.value))
    return {"pt": pc.utf8_upper(names), "pt_text": names}


def outcome_columns(told: Reports, chance: Chance) -> Placed:
    """Outcomes of the event; another reporter or a follow-up may judge anew, and a CAR-T report always has one."""
    people = told.patients
    count = lots([0.42, 0.395, 0.185]).draw(0, chance.uniform("number of outcomes", people.key))
    rows = code_rows(np.maximum(count, people.is_cart), "outcome", _OUTCOME_WEIGHTS, people.roster, chance)
    own = np.full((len(people.key), 2), -1)
    own[rows.report, np.arange(len(rows.report)) - np.searchsorted(rows.report, rows.report)] = rows.value
    said = own[told.event]
    judged = np.isin(told.kind, [SECOND, FOLLOW_UP]) & chance.happens("judged anew", 0.25, told.key)
    said[judged, 0] = lots(_OUTCOME_WEIGHTS).draw(0, chance.uniform("judged", told.key))[judged]
    said[judged, 1] = -1
    case, which = np.nonzero(said >= 0)
    return case, {"outcome_code": chosen(_OUTCOMES, said[case, which])}


def reporter_columns(told: Reports, chance: Chance) -> Placed:
    """Sources: hardly ever given, more often where the literature is one."""
    drawn = chance.uniform("source", told.key)
    article = (told.patients.article[told.event] >= 0) & (told.kind <= LITERATURE)
    has = chance.happens("source given", np.where(article, 0.3, 0.04), told.key)
    value = np.where(article, _SOURCES.index("LIT"), lots(_SOURCE_WEIGHTS).draw(0, drawn))
    case = np.flatnonzero(has)
    return case, {"source_code": chosen(_SOURCES, value[case])}


def therapy_columns(told: Reports, rows: DrugRows, chance: Chance) -> Placed:
    """First days of therapy: of a third of the drugs, of most CAR-T infusions; a copy's may have moved."""
    key, infused = _row_keys(told, rows, chance), np.isin(rows.drug, product_drugs())
    has = chance.happens("therapy", np.where(infused, 0.7, 0.34), key, rows.drug)
    has &= ~(told.is_copy[rows.report] & chance.happens("therapy lost", told.mix.lost, told.key[rows.report], rows.seq))
    which = np.flatnonzero(has)
    case, drug = rows.report[which], rows.drug[which]
    offset = np.where(
        infused[which], 0, chance.whole("started apart", 0, 60, told.patients.key[told.event][case], drug)
    )
    day = told.patients.start_day[told.event][case] - offset
    moves = told.is_copy[case] & chance.happens("start moved", told.mix.shifted, told.key[case], drug)
    day = day + np.where(
        moves, chance.whole("start moved by", -told.mix.longest_shift, told.mix.longest_shift, key[which]), 0
    )
    place = lots([0.55, 0.23, 0.22]).draw(0, chance.uniform("start precision", key[which], drug))
    precision = np.where(infused[which], FULL, _START_PRECISION[place])
    return case, {"drug_seq": rows.seq[which], **dated("start", day, precision)}


@lru_cache(maxsize=1)
def _indications() -> tuple[list[str], Lots, Ints]:
    """Names, lots of them per drug class (an eighth unknown), and the place of each CAR-T disease."""
    found = table("class_indications.csv")
    names = [_UNKNOWN_USE, *(row["indication"] for row in found), *(one.indication for one in DISEASES)]
    names = list(dict.fromkeys(names))
    per_class = [[names.index(row["indication"]) for row in found if row["drug_class"] == one] for one in classes()]
    weighted = grouped_lots([([0, *own], [1.0, *([7.0 / max(len(own), 1)] * len(own))]) for own in per_class])
    return names, weighted, np.array([names.index(one.indication) for one in DISEASES])


def indication_columns(told: Reports, rows: DrugRows, chance: Chance) -> Placed:
    """Why three of four drugs were given; a CAR-T patient's disease for the CAR-T and the depletion before it."""
    names, weighted, diseases = _indications()
    key, event_key = _row_keys(told, rows, chance), told.patients.key[told.event][rows.report]
    place = weighted.draw(class_of_drug()[rows.drug], chance.uniform("indication", event_key, rows.drug))
    disease = told.patients.content.disease[told.event][rows.report]
    place = np.where(
        (disease >= 0) & (_is_depleting(rows) | np.isin(rows.drug, product_drugs())), diseases[disease], place
    )
    which = np.flatnonzero(chance.happens("indicated", 0.735, key, rows.drug))
    words = texts(names).take(pa.array(place[which]))
    return rows.report[which], {
        "drug_seq": rows.seq[which],
        "indication_pt": pc.utf8_upper(words),
        "indication_text": words,
    }


def _is_depleting(rows: DrugRows) -> Flags:
    return np.isin(rows.drug, [drug_places()[name] for name in ("FLUDARABINE PHOSPHATE", "CYCLOPHOSPHAMIDE")])

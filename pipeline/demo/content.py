"""What a roster's reports say: their drugs, reactions, outcomes and sources, as arrays of places and codes."""

from dataclasses import dataclass

import numpy as np

from pipeline.demo.cart import (
    COMPANIONS,
    DISEASES,
    INDEX_SHARE,
    diseases_of,
    family_term_places,
    product_drugs,
    term_flags,
)
from pipeline.demo.chance import Chance, Ints, lots
from pipeline.demo.quarters import ordinal
from pipeline.demo.roster import Roster
from pipeline.demo.world import (
    YEARS,
    class_of_drug,
    drug_lots,
    drug_places,
    kin_lots,
    profiles,
    table,
    term_lots,
    terms,
)

PS, SS, CONCOMITANT, INTERACTING, NOT_GIVEN = range(5)
ROLES = ("PS", "SS", "C", "I", "DN")
_DRUGS_PER_REPORT = lots(
    [0.37, 0.18, 0.11, 0.08, 0.06, 0.05, 0.03, 0.025, 0.02, 0.015, 0.012, 0.01, 0.008, 0.006, 0.005, *[0.001] * 10]
)
_TERMS_PER_REPORT = lots(
    [0.32, 0.235, 0.16, 0.11, 0.07, 0.05, 0.035, 0.025, 0.016, 0.012, 0.008, 0.006, 0.004, *[0.002] * 10]
)
_NEW_IN_2024 = ordinal("2024Q1")  # the role DN, and drug_seq that repeats


@dataclass(frozen=True)
class DrugRows:
    """One element per row of DRUG: its report (place in the roster), drug (place in drugs()), number, role."""

    report: Ints
    drug: Ints
    seq: Ints
    role: Ints


@dataclass(frozen=True)
class Rows:
    """One element per row: its report (place in the roster) and its value (place or code)."""

    report: Ints
    value: Ints


@dataclass(frozen=True)
class Content:
    """Everything one slice of a roster says.

    primary: place in drugs() of each report's primary suspect; disease: place in DISEASES, -1 without CAR-T.
    """

    drugs: DrugRows
    reactions: Rows
    primary: Ints
    disease: Ints


def content_of(roster: Roster, at: int, chance: Chance) -> Content:
    """Drugs and reactions of every report; a pure function of case, version and quarter."""
    drugs = _drug_rows(roster, at, chance)
    disease = np.full(len(roster), -1, dtype=np.int64)
    cart = np.flatnonzero(roster.product >= 0)
    disease[cart] = diseases_of(chance, roster.caseid[cart], roster.product[cart], roster.origin[cart])
    primary = _primary(roster, chance)
    return Content(drugs, _reactions(roster, primary, disease, at, chance), primary, disease)


def _counted(counts: Ints) -> tuple[Ints, Ints]:
    """Owner and running number of counts[i] rows per owner."""
    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def _year_place(roster: Roster) -> Ints:
    return np.asarray(np.clip(roster.origin // 4, YEARS[0], YEARS[-1]) - YEARS[0])


def _primary(roster: Roster, chance: Chance) -> Ints:
    """Primary suspect of every report, whatever later versions did to it."""
    background = drug_lots().draw(_year_place(roster), chance.uniform("primary", roster.caseid))
    return np.where(roster.product >= 0, product_drugs()[roster.product], background)


def _background_rows(roster: Roster, chance: Chance) -> DrugRows:
    """The primary suspect, and others from its class or from anywhere."""
    primary, year = _primary(roster, chance), _year_place(roster)
    report, seq = _counted(1 + _DRUGS_PER_REPORT.draw(0, chance.uniform("number of drugs", roster.caseid)))
    caseid = roster.caseid[report]
    kin = chance.happens("kin", 0.2, caseid, seq) & (roster.product[report] < 0)
    drawn = chance.uniform("drug", caseid, seq)
    drug = drug_lots().draw(year[report], drawn)
    group = class_of_drug()[primary[report]] * len(YEARS) + year[report]
    drug[kin] = kin_lots().draw(group[kin], drawn[kin])
    drug = np.where(seq == 0, primary[report], drug)
    suspect = chance.happens("suspect", np.where(kin, 0.6, 0.22), caseid, seq)
    other = np.where(chance.happens("interacting", 0.012, caseid, seq), INTERACTING, CONCOMITANT)
    return DrugRows(report, drug, seq, np.where(seq == 0, PS, np.where(suspect, SS, other)))


def _companion_rows(roster: Roster, chance: Chance) -> DrugRows:
    """What comes with a CAR-T: lymphodepletion, tocilizumab and supportive drugs, some of them suspects."""
    cart, number = np.flatnonzero(roster.product >= 0), np.arange(len(COMPANIONS))
    share, suspect = (np.array([one[column] for one in COMPANIONS]) for column in (1, 2))
    caseid = roster.caseid[cart][:, None]
    row, which = np.nonzero(chance.happens("companion", share, caseid, number[None, :]))
    is_suspect = chance.uniform("companion suspect", caseid, number[None, :])[row, which] < suspect[which]
    places = np.array([drug_places()[one[0]] for one in COMPANIONS])
    return DrugRows(cart[row], places[which], 1 + which, np.where(is_suspect, SS, CONCOMITANT))


def _joined(first: DrugRows, second: DrugRows) -> DrugRows:
    """Both sets of rows by report; the second's stand behind a report's first row."""
    report = np.concatenate([first.report, second.report])
    seq = np.concatenate([first.seq * 100, second.seq])
    order = np.lexsort((seq, report))
    drug, role = np.concatenate([first.drug, second.drug]), np.concatenate([first.role, second.role])
    return DrugRows(report[order], drug[order], seq[order], role[order])


def _drug_rows(roster: Roster, at: int, chance: Chance) -> DrugRows:
    rows = _joined(_background_rows(roster, chance), _companion_rows(roster, chance))
    first = np.concatenate([[True], rows.report[1:] != rows.report[:-1]])
    last = np.concatenate([first[1:], [True]])
    version, caseid = roster.version[rows.report], roster.caseid[rows.report]
    recoded = first & roster.dropped[rows.report]
    drug = np.where(recoded, drug_places()["FLUDARABINE PHOSPHATE"], rows.drug)
    kept = ~(last & ~first & (version > 1) & chance.happens("drug dropped", 0.08, caseid, version))
    counts = np.bincount(rows.report[kept], minlength=len(roster))
    report, seq = _counted(counts)
    return _modern(DrugRows(report, drug[kept], seq + 1, rows.role[kept]), roster, at, chance)


def _modern(rows: DrugRows, roster: Roster, at: int, chance: Chance) -> DrugRows:
    """From 2024 on: some concomitants were not administered (DN), and some rows repeat the number before."""
    if at < _NEW_IN_2024:
        return rows
    caseid = roster.caseid[rows.report]
    not_given = (rows.role == CONCOMITANT) & chance.happens("not given", 0.01, caseid, rows.seq)
    repeats = (rows.seq > 1) & chance.happens("repeated number", 0.01, caseid, rows.seq)
    return DrugRows(rows.report, rows.drug, rows.seq - repeats, np.where(not_given, NOT_GIVEN, rows.role))


def _background_terms(roster: Roster, primary: Ints, counts: Ints, chance: Chance) -> Rows:
    """Reactions from the primary suspect's raised terms, else from all terms."""
    report, number = _counted(counts)
    caseid, drug = roster.caseid[report], primary[report]
    raised = chance.uniform("raised", caseid, number) < profiles().share[drug]
    raised &= roster.product[report] < 0
    drawn = chance.uniform("term", caseid, number)
    value = term_lots().draw(0, drawn)
    value[raised] = profiles().raised.draw(drug[raised], drawn[raised])
    return Rows(report, value)


def _cart_terms(roster: Roster, disease: Ints, at: int, chance: Chance) -> Rows:
    """Terms of the product's family, and the return of the disease it was given for."""
    cart = np.flatnonzero(roster.product >= 0)
    caseid = roster.caseid[cart]
    row, which = np.nonzero(term_flags(chance, caseid, roster.product[cart], at))
    back = np.flatnonzero(chance.happens("disease back", INDEX_SHARE, caseid))
    returned = terms().places(one.index_term for one in DISEASES)[disease[cart][back]]
    return Rows(np.concatenate([cart[row], cart[back]]), np.concatenate([family_term_places()[which], returned]))


def _reactions(roster: Roster, primary: Ints, disease: Ints, at: int, chance: Chance) -> Rows:
    """All reactions, each term once per report, in an order that says nothing."""
    own = _cart_terms(roster, disease, at, chance)
    wanted = 1 + _TERMS_PER_REPORT.draw(0, chance.uniform("number of terms", roster.caseid))
    changed = np.where(roster.version > 1, chance.whole("terms changed", -1, 1, roster.caseid, roster.version), 0)
    spoken = np.bincount(own.report, minlength=len(roster))
    counts = np.where(roster.product >= 0, np.where(spoken > 0, wanted // 3, 1), np.maximum(wanted + changed, 1))
    rest = _background_terms(roster, primary, counts, chance)
    report, value = np.concatenate([own.report, rest.report]), np.concatenate([own.value, rest.value])
    return _once(report, _named_then(at)[value], roster, chance)


def _once(report: Ints, value: Ints, roster: Roster, chance: Chance) -> Rows:
    key = np.unique(report * len(terms().names) + value)
    report, value = np.divmod(key, len(terms().names))
    order = np.lexsort((chance.uniform("order", roster.caseid[report], value), report))
    return Rows(report, value[order])


def _named_then(at: int) -> Ints:
    """Place of the term that stood for each of today's terms in a quarter."""
    places = np.arange(len(terms().names))
    for row in table("former_terms.csv"):
        if at < ordinal(row["since"]):
            places[terms().index[row["pt"]]] = terms().index[row["before"]]
    return places


def code_rows(counts: Ints, purpose: str, weights: list[float], roster: Roster, chance: Chance) -> Rows:
    """Rows of codes (outcomes, sources), at most two different ones per report."""
    report, number = _counted(counts)
    first, second = (lots(weights).draw(0, chance.uniform(f"{nth} {purpose}", roster.caseid)) for nth in (1, 2))
    second = np.where(second == first, (first + 1) % len(weights), second)
    return Rows(report, np.where(number == 0, first[report], second[report]))

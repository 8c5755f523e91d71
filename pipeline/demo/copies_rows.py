"""What every report lists: drugs and reactions, some left out, added or put otherwise by a copy."""

import numpy as np

from pipeline.demo.chance import Chance, Flags, Floats, Ints
from pipeline.demo.content import CONCOMITANT, PS, SS, DrugRows, Rows
from pipeline.demo.copies_reports import BASE, FOLLOW_UP, FORWARD, LITERATURE, OF_SIXTEEN, SECOND, Reports
from pipeline.demo.world import YEARS, drug_lots, profiles, term_lots, terms

# The least a kind of copy differs, whatever the mix: another reporter lists other things, a follow-up more.
_TERMS_DROPPED, _TERMS_ADDED = {SECOND: 0.30, LITERATURE: 0.05}, {SECOND: 0.20, FOLLOW_UP: 0.35}
_DRUGS_DROPPED, _DRUGS_ADDED = {SECOND: 0.40, LITERATURE: 0.10}, {SECOND: 0.15, FOLLOW_UP: 0.15}
_ADDED_IN = YEARS.index(2016)  # a drug that a copy gains was on the market by then


def drug_rows(told: Reports, chance: Chance) -> DrugRows:
    """Drugs of every report; report is the place of the case. The event's first drug is always among them."""
    source = told.patients.content.drugs
    row, case = exploded(source.report, told.event)
    key, seq, drug, role = told.key[case], source.seq[row], source.drug[row], source.role[row]
    dropped = chance.happens("drug dropped", _share(told, told.mix.drugs_dropped, _DRUGS_DROPPED)[case], key, seq)
    kept = ~(told.is_copy[case] & dropped & (seq > 1))
    extra = np.flatnonzero(_gains(told, "drug added", told.mix.drugs_added, _DRUGS_ADDED, chance))
    added = drug_lots().draw(_ADDED_IN, chance.uniform("added drug", told.key[extra]))
    case = np.concatenate([case[kept], extra])
    drug = np.concatenate([drug[kept], added])
    role = np.concatenate([role[kept], np.full(len(extra), CONCOMITANT)])
    order = np.argsort(case, kind="stable")
    case, drug, role = case[order], drug[order], role[order]
    seq = 1 + np.arange(len(case)) - np.searchsorted(case, case)
    return DrugRows(case, drug, seq, _roles(told, case, role, chance))


def _roles(told: Reports, case: Ints, role: Ints, chance: Chance) -> Ints:
    """Roles; another sender names its own drug, the report's second suspect, as the primary one."""
    changes = np.isin(told.kind, [FORWARD, OF_SIXTEEN, LITERATURE])
    changes &= chance.happens("role changed", told.mix.role_changed, told.key)
    suspect = np.flatnonzero((role == SS) & changes[case])
    _, first = np.unique(case[suspect], return_index=True)
    chosen = suspect[first]
    found = role.copy()
    found[(role == PS) & np.isin(case, case[chosen])] = SS
    found[chosen] = PS
    return found


def reaction_rows(told: Reports, chance: Chance) -> Rows:
    """Reactions of every report, each once; the event's first is always there unless it is put otherwise."""
    source = told.patients.content.reactions
    row, case = exploded(source.report, told.event)
    value, key = source.value[row], told.key[case]
    is_first = np.concatenate([[True], case[1:] != case[:-1]])
    dropped = chance.happens("term dropped", _share(told, told.mix.terms_dropped, _TERMS_DROPPED)[case], key, value)
    reworded = told.is_copy[case] & chance.happens("term reworded", told.mix.terms_reworded, key, value)
    drug = told.patients.content.primary[told.event]
    value = np.where(reworded, _other_terms(drug[case], chance.uniform("other term", key, value)), value)
    kept = ~(told.is_copy[case] & dropped & ~is_first)
    extra = np.flatnonzero(_gains(told, "term added", told.mix.terms_added, _TERMS_ADDED, chance))
    added = _other_terms(drug[extra], chance.uniform("added term", told.key[extra]))
    whole = np.concatenate([case[kept], extra]) * len(terms().names) + np.concatenate([value[kept], added])
    found, value = np.divmod(np.unique(whole), len(terms().names))
    order = np.lexsort((chance.uniform("order told", told.key[found], value), found))
    return Rows(found, value[order])


def exploded(owner: Ints, event: Ints) -> tuple[Ints, Ints]:
    """Rows of each report's event, where owner (sorted) is the event of a row: the row, and the report."""
    start, stop = np.searchsorted(owner, event), np.searchsorted(owner, event, side="right")
    size = stop - start
    row = np.repeat(start - (np.cumsum(size) - size), size) + np.arange(int(size.sum()))
    return row, np.repeat(np.arange(len(event)), size)


def _other_terms(drug: Ints, drawn: Floats) -> Ints:
    """A term the drug raises for half of the draws, any term for the others."""
    raised = profiles().raised.draw(drug, (drawn * 2) % 1)
    return np.where(drawn < 0.5, raised, term_lots().draw(0, (drawn * 2) % 1))  # noqa: PLR2004 -- half of the draws


def _share(told: Reports, share: float, least: dict[int, float]) -> Floats:
    """Share of the mix, or the least the kind of copy has where that is more; 0 for base reports."""
    floor = np.array([least.get(kind, 0.0) for kind in range(FOLLOW_UP + 1)])[told.kind]
    return np.where(told.kind == BASE, 0.0, np.maximum(share, floor))


def _gains(told: Reports, purpose: str, share: float, least: dict[int, float], chance: Chance) -> Flags:
    return chance.happens(purpose, _share(told, share, least), told.key)

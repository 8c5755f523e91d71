"""Which preferred term a reaction of a case message is, and which endpoints it belongs to."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.intake.e2bcase import Reaction
from pipeline.intake.meddra import read_distribution, refuse_rejected
from pipeline.intake.meddrachecks import contradictions
from pipeline.vocabulary.endpoints import Endpoint, endpoints
from pipeline.vocabulary.files import term_key
from pipeline.vocabulary.formernames import current_term

BY_CODE, BY_NAME, BY_REPORT = "code", "name", "reported"


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Preferred terms of a MedDRA distribution by code and by name of a lowest level term; empty for none.

    checksums: of its files, by their names.
    """

    version: str | None
    by_code: dict[str, str]
    by_name: dict[str, str]
    checksums: dict[str, str]


NO_DICTIONARY = Dictionary(None, {}, {}, {})


@dataclass(frozen=True, slots=True)
class Term:
    """A preferred term as counted, and how it was found; both None where it was not."""

    pt: str | None = None
    source: str | None = None


def dictionary(folder: Path) -> Dictionary:
    """The terms of the licensed distribution in a folder; InputRefused where a line cannot be used or contradicts another."""
    read = read_distribution(folder)
    refuse_rejected(read, read.rejected)
    refuse_rejected(read, contradictions(read))
    names = {line.values["pt_code"]: current_term(line.values["pt_name"]) for line in read.lines["pt.asc"]}
    lowest = [line.values for line in read.lines["llt.asc"] if line.values["pt_code"] in names]
    return Dictionary(
        read.version,
        {row["llt_code"]: names[row["pt_code"]] for row in lowest} | names,
        {term_key(row["llt_name"]): names[row["pt_code"]] for row in lowest},
        read.checksums,
    )


def preferred_term(reaction: Reaction, known: Dictionary, *, take_reported: bool = False) -> Term:
    """The preferred term, by the first of these that gives one.

    The code, by the dictionary; the coded term's name, by the dictionary, or as it stands where it is a preferred term or a
    term of an endpoint, for a lowest level term spelled so is that preferred term; and, where take_reported, the
    reporter's own words where they are spelled as a term of an endpoint. Anything else is unresolved: nobody knows which
    endpoints it belongs to.
    """
    if reaction.code in known.by_code:
        return Term(known.by_code[str(reaction.code)], BY_CODE)
    if reaction.term is not None:
        pt = known.by_name.get(term_key(reaction.term), current_term(reaction.term))
        if reaction.is_preferred or term_key(reaction.term) in known.by_name or pt in _endpoints_by_term():
            return Term(pt, BY_NAME)
    reported = current_term(reaction.reported.text or "")
    if take_reported and reported in _endpoints_by_term():
        return Term(reported, BY_REPORT)
    return Term()


def endpoints_of(pt: str) -> tuple[Endpoint, ...]:
    """Endpoints, narrow, that a preferred term belongs to, by the term lists of the vocabulary."""
    return _endpoints_by_term().get(pt, ())


@cache
def _endpoints_by_term() -> dict[str, tuple[Endpoint, ...]]:
    found: dict[str, list[Endpoint]] = defaultdict(list)
    for one in endpoints():
        for term in one.narrow:
            found[current_term(term)].append(one)
    return {term: tuple(dict.fromkeys(held)) for term, held in found.items()}

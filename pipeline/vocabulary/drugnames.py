"""Words in the names of ordinary drugs: salts and hydrates, dose text, and how they are found at a name's end.

The patterns are for RE2 over names in upper case with single blanks; SQL gets them as bound parameters.
"""

import re
from collections.abc import Iterable
from functools import cache

from pipeline.errors import CartwatchError
from pipeline.vocabulary.files import csv_file, refuse_duplicates, term_key

SALT_KINDS = ("salt", "hydrate", "ester", "element", "own_drug", "radical", "qualifier", "whole_name", "placeholder")
DOSE_KINDS = ("form", "unit", "never_read")
NO_DRUG_KINDS = ("salt", "hydrate", "element", "radical", "qualifier")
MINIMUM_CASES = 3
MINIMUM_SHARE = 0.8


@cache
def salt_words(kind: str) -> tuple[str, ...]:
    """The words of one kind in salts.csv, upper case; CartwatchError where the file is wrong."""
    return _words("salts.csv", SALT_KINDS)[kind]


@cache
def dose_words(kind: str) -> tuple[str, ...]:
    """The words of one kind in dose_words.csv, upper case; CartwatchError where the file is wrong."""
    return _words("dose_words.csv", DOSE_KINDS)[kind]


def name_patterns() -> dict[str, object]:
    """What the steps of drug identity are bound to: patterns by parameter name, and the thresholds of learning.

    minimum_cases: cases that must publish an ingredient set for a name. minimum_share: their least share of the cases
    that publish anything for it; above a half, so that two sets never both reach it.
    """
    dose = f"{_NUMBER} ?(?:{_any(dose_words('unit'))})(?: ?/ ?(?:[0-9.]+ ?)?(?:{_any(_PER)}))*"
    cut = f"(?:{_any(dose_words('form'))}|{dose})"
    apart = "(?:^|[ ,;.{}<>=/~-]+)"
    never = f"(?:{_any(word for kind in NO_DRUG_KINDS for word in salt_words(kind))})"
    salt = f" (?:{_any((*salt_words('salt'), *salt_words('hydrate')))})"
    hydrate = f" (?:{_any(salt_words('hydrate'))})"
    return {
        "salt_end": f"{salt}$",
        "salt_tail": _tail(salt),
        "hydrate_end": f"{hydrate}$",
        "hydrate_tail": _tail(hydrate),
        "element_first": f"^(?:{_any(salt_words('element'))})(?: |,|$)",
        "never_alone": f"^{never}(?:[ ,]+{never})*$",
        "whole_name": f"^({_any(salt_words('whole_name'))})(?: |$)",
        "own_drug_end": f" (?:{_any(salt_words('own_drug'))})(?:{hydrate})*$",
        "dose_end": f"{apart}{cut}$",
        "dose_tail": _tail(f"{apart}{cut}"),
        "never_read": rf"\b(?:{_any(dose_words('never_read'))})\b",
        "minimum_cases": MINIMUM_CASES,
        "minimum_share": MINIMUM_SHARE,
    }


_NUMBER = r"[0-9][0-9.,]*(?: ?[-/X] ?[0-9][0-9.,]*)*"
_PER = ("ML", "M2", "KG", "L", "HR", "H", "DAY", "D", "WEEK", "DOSE", "ACTUATION", "MG", "MCG", "G")


def _tail(piece: str) -> str:
    """The shortest beginning after which only such pieces follow."""
    return f"^(.*?)(?:{piece})*$"


def _any(words: Iterable[str]) -> str:
    """Any of the words, the longest first: RE2 takes the first that fits."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _words(name: str, kinds: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    rows = csv_file(name)
    if unknown := sorted({row["kind"] for row in rows} - set(kinds)):
        raise CartwatchError(f"{name} has the kind {', '.join(unknown)}; known kinds: {', '.join(kinds)}")
    found = {kind: tuple(term_key(row["text"]) for row in rows if row["kind"] == kind) for kind in kinds}
    for kind, words in found.items():
        refuse_duplicates(f"{name}, {kind}", list(words))
        if not words or "" in words:
            raise CartwatchError(f"{name} has an empty text or no {kind}; every kind needs its words")
    return found

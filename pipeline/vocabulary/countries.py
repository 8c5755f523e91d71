"""Country names as FDA printed them, and their ISO 3166 codes."""

from dataclasses import dataclass
from functools import cache

from pipeline.errors import CartwatchError
from pipeline.vocabulary.files import csv_file, refuse_duplicates, term_key


@dataclass(frozen=True, slots=True)
class CountryName:
    """A name or code as printed, and its ISO 3166-1 alpha-2 code; null, with the reason, where it is no country."""

    name: str
    code: str | None
    reason: str


@cache
def country_names() -> tuple[CountryName, ...]:
    """Every known name, and every ISO code as its own name."""
    rows = csv_file("countries.csv")
    refuse_duplicates("countries.csv", [row["name"] for row in rows])
    if wrong := [row for row in rows if not row["code"] and not row["reason"]]:
        raise CartwatchError(f"countries.csv: {wrong[0]['name']!r} has neither a code nor a reason; give one")
    named = tuple(CountryName(term_key(row["name"]), row["code"] or None, row["reason"]) for row in rows)
    known = {country.name for country in named}
    codes = sorted({country.code for country in named if country.code} - known)
    return named + tuple(CountryName(code, code, "ISO 3166-1 alpha-2 code") for code in codes)


@cache
def _codes() -> dict[str, str | None]:
    return {country.name: country.code for country in country_names()}


def country_code(text: str | None) -> str | None:
    """ISO 3166-1 alpha-2 code of a printed country; null for what is no country (`EU`) and for names not known."""
    return _codes().get(term_key(text)) if text else None

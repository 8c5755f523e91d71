"""Names and numbers on the reports: senders, their numbers, authorities, articles, spellings; and slips of the pen."""

from functools import lru_cache

import numpy as np
import pyarrow as pa

from pipeline.demo.cart import PRODUCTS
from pipeline.demo.chance import Chance, Flags, Floats, Ints
from pipeline.demo.copies_patients import country_lots
from pipeline.demo.copies_reports import (
    DIRECT,
    FOLLOW_UP,
    FORWARD,
    LITERATURE,
    OF_SIXTEEN,
    SECOND,
    Reports,
)
from pipeline.demo.world import drugs, terms

_PLACES = ("NORTHFIELD", "ALDERBROOK", "KESTREL", "WHITSAND", "GREENHOLT", "OAKMERE", "LINDEN", "HARTWELL", "SILVERTON")
_KINDS = ("PHARMA", "LABS", "BIO", "CARE", "MED", "GENERICS", "HEALTH")
SENDERS = tuple(f"{place} {kind}" for kind in _KINDS for place in _PLACES)  # invented: no real company
DIRECT_SENDER = "FDA-CTU"
_CAR_T_SENDERS = tuple(product.sender or "CIBMTR" for product in PRODUCTS)
_ALL_SENDERS = (*SENDERS, *_CAR_T_SENDERS, DIRECT_SENDER)
_IS_DIRECT = len(_ALL_SENDERS) - 1
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def senders(told: Reports, chance: Chance) -> Ints:
    """Place of every report's sender in the list of names; a copy's differs by kind."""
    people, count = told.patients, len(SENDERS)
    lead = people.leader
    own = np.where(people.is_cart, count + people.roster.product, people.content.primary % count)
    direct = chance.happens("direct", DIRECT, people.key[lead])
    first = np.where(direct, _IS_DIRECT, own[lead])[told.event]
    another = (first + 1 + told.number * 4 + people.key[told.event] % 4) % count
    drawn = chance.uniform("second sender", told.key)
    second = np.where(drawn < 0.3, _IS_DIRECT, np.where(drawn < 0.6, own[told.event], another))  # noqa: PLR2004 -- shares
    return np.select(
        [np.isin(told.kind, [FORWARD, OF_SIXTEEN, LITERATURE]), told.kind == SECOND], [another, second], first
    )


def sender_names(sender: Ints) -> list[str]:
    """Names of the senders."""
    return [_ALL_SENDERS[place] for place in sender.tolist()]


def manufacturer_numbers(told: Reports, sender: Ints, chance: Chance) -> list[str | None]:
    """Number each sender gave the report; kept from the base report in some copies, with slips; none for a direct one."""
    people, mix = told.patients, told.mix
    base = np.full(len(people.key), -1)
    base[told.event[~told.is_copy]] = np.flatnonzero(~told.is_copy)
    kept_share = np.select([told.kind == FORWARD, told.kind == FOLLOW_UP], [mix.number_kept, mix.follow_up_number_kept])
    keeps = chance.happens("number kept", kept_share, told.key)
    origin = np.where(keeps, base[told.event], np.arange(len(told.event)))
    serial = np.where(told.is_copy, chance.whole("copy's number", 1_000, 399_999, told.key), people.number[told.event])
    year = told.fda_day.astype("M8[D]").astype("M8[Y]").astype(np.int64) + 1970
    code = [country_lots()[0][place] for place in people.country[told.event].tolist()]
    numbers = [
        None if who == _IS_DIRECT else _number(code[at], who, when, one)
        for at, (who, when, one) in enumerate(zip(sender.tolist(), year.tolist(), serial.tolist(), strict=True))
    ]
    published = [numbers[at] for at in origin.tolist()]
    lost = told.is_copy & chance.happens("number lost", mix.lost * 0.2, told.key)
    slips = keeps & chance.happens("number slip", mix.typo_number, told.key)
    published = mistyped(published, slips, chance.uniform("slip in number", told.key))
    gone = (sender == _IS_DIRECT) | lost
    return [None if missing else text for text, missing in zip(published, gone.tolist(), strict=True)]


def _number(country: str, sender: int, year: int, serial: int) -> str:
    """A number in the sender's own pattern; there are four."""
    name = _ALL_SENDERS[sender].replace(" ", "-")
    patterns = (
        f"{country}-{name}-{year}{serial:06d}",
        f"{name[:3]}{year}{country}{serial:06d}",
        f"{country}-{name[:6]}-{serial:06d}-{year % 100}",
        f"{year}{name[:2]}{serial:06d}",
    )
    return patterns[sender % len(patterns)]


def authority_numbers(told: Reports, chance: Chance) -> list[str | None]:
    """A regulatory authority's number, on most reports of an event the authority knows."""
    key, mix = told.patients.key[told.event], told.mix
    known = chance.happens("authority", mix.authority, key) & chance.happens("authority said", 0.8, told.key)
    known &= np.isin(told.kind, [0, FORWARD, OF_SIXTEEN, FOLLOW_UP])
    serial = 10_000_000 + chance.whole("authority's number", 0, 79_999_999, key)
    codes = country_lots()[0]
    return [
        f"{codes[place]}-REG-{number}" if flag else None
        for flag, place, number in zip(
            known.tolist(), told.patients.country[told.event].tolist(), serial.tolist(), strict=True
        )
    ]


def article_texts(told: Reports, chance: Chance) -> list[str | None]:
    """The reference of the article a patient is described in, invented, by nobody; copies have slips in it."""
    people = told.patients
    article = people.article[told.event]
    article = np.where(np.isin(told.kind, [SECOND, FOLLOW_UP]), -1, article)
    written = {one: _article(told, one) for one in np.unique(article[article >= 0]).tolist()}
    published = [written.get(one) for one in article.tolist()]
    slips = told.is_copy & chance.happens("article slip", told.mix.typo_article, told.key)
    return mistyped(published, slips, chance.uniform("slip in article", told.key))


def _article(told: Reports, event: int) -> str:
    people = told.patients
    drug = drugs()[int(people.content.primary[event])].active.replace("\\", "/")
    reaction = people.content.reactions
    term = terms().names[int(reaction.value[np.searchsorted(reaction.report, event)])].upper()
    year, volume = int(people.roster.origin[event]) // 4, event % 89 + 1
    return (
        f"ANONYMOUS. {term} WITH {drug}: AN INVENTED CASE SERIES, NUMBER {event}. "
        f"J DEMONSTR DRUG SAF. {year};{volume}({event % 12 + 1}):{event % 900}-{event % 900 + 6}"
    )


def mistyped(texts: list[str | None], where: Flags, drawn: Floats) -> list[str | None]:
    """The texts with one slip where the flag is set: two letters swapped, one lost, one doubled, or another one."""
    found = list(texts)
    for at in np.flatnonzero(where).tolist():
        text = found[at]
        if text is not None:
            found[at] = _slip(text, float(drawn[at]))
    return found


def _slip(text: str, drawn: float) -> str:
    """One slip, chosen by a number in [0, 1), at a place it chooses too; a text of one letter is doubled."""
    kind, rest = divmod(drawn * 4, 1)
    at = int(rest * max(len(text) - 1, 1))
    if len(text) == 1 or kind == 0:
        return text[:at] + text[at] + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:  # noqa: PLR2004 -- the third of four
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + _other_sign(text[at], rest) + text[at + 1 :]


def _other_sign(sign: str, drawn: float) -> str:
    if sign.isdigit():
        return str((int(sign) + 1 + int(drawn * 9)) % 10)
    return _LETTERS[(_LETTERS.find(sign.upper()) + 1 + int(drawn * 20)) % len(_LETTERS)]


@lru_cache(maxsize=1)
def ingredient_lists() -> tuple[pa.Array, pa.Array]:
    """Active ingredients of every drug: as one text, null for an unspecified one, and split at the backslash."""
    texts = [None if drug.active == "UNSPECIFIED_CAR_T" else drug.active for drug in drugs()]
    split = [None if text is None else [part.strip() for part in text.upper().split("\\")] for text in texts]
    return pa.array(texts, pa.string()), pa.array(split, pa.list_(pa.string()))

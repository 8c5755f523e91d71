"""The guard: a reporting measure is never called by a word that needs a denominator.

Every door through which we write for readers asks here: the page and its pictures, the sheets and CSV files, the
terminal; and a structure test asks for the texts of the repository itself. docs/wording.md lists the doors.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser

from pipeline.errors import CartwatchError
from pipeline.signals.calibration import calibration_sentence

# The only sentences of ours that may use the words: they say what the numbers are not.
LIMITS = (
    "These numbers are not rates, risks or incidences: nobody knows how many patients were treated and had no event, and a report is only made when somebody chooses to make it.",
    "A report does not show that the medicine caused the event, and FAERS does not link a drug to a reaction.",
    "PRR, ROR, IC and EBGM compare how often an event is reported with a product with how often it is reported otherwise. They say where to look, not what is true.",
    calibration_sentence(),
    "Endpoints overlap and are never summed; the terms are counted at any time after treatment.",
    "No event reported is not no event: read the upper bound.",
)
WORDS = re.compile(
    r"\b(rates?|risks?|risk(?:y|ier|iest)|incidences?|prevalences?|hazards?|hazardous|probabilit(?:y|ies))\b",
    re.IGNORECASE,
)
# What is measured in a patient and named so by MedDRA: "Glomerular filtration rate decreased", "Heart rate increased".
MEASURED = re.compile(r"\b(?:heart|pulse|respiratory|filtration|sedimentation|metabolic) rates?\b", re.IGNORECASE)
# Words that no preferred term has: all that can be refused where a sentence of ours holds a term or a text of others.
NEVER_IN_TERMS = re.compile(r"\b(incidences?|prevalence|probabilit(?:y|ies))\b", re.IGNORECASE)
PATH = re.compile(r"\S*[/\\]\S*")
VERBATIM = "data-verbatim"
# An incidence of patients who were followed, with its person-time: never of reports.
PERSON_TIME = "data-person-time"
MARKER = re.compile(r"<!--\s*words allowed:\s*(.*?)\s*-->", re.DOTALL)
ALLOWED = (
    "what the numbers are not",
    "incidence of followed patients, with person-time",
    "how often a rule errs, not how often an event happens",
    "words of a standard, a title or a data file",
)
SILENT = frozenset({"style", "script"})
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
AROUND = 40
SHAPES = re.compile(r"<(?:path|line|rect|circle|polygon|g|text)\b[^>]*>|</(?:path|line|rect|circle|polygon)>")
HEARD = ("title", "aria-label", "alt", "content", "placeholder", "label")
SPOKEN = (*(f"{name}=" for name in HEARD), VERBATIM, PERSON_TIME)


def refuse_words_of_incidence(page: str) -> None:
    """Raise CartwatchError when the HTML page calls a reporting measure a rate, a risk or the like.

    Free to use the words: the sentences of LIMITS; elements marked data-verbatim, which hold other people's words:
    preferred terms ("Glomerular filtration rate decreased"), drug names, reasons found in the data; and elements marked
    data-person-time, which hold an incidence of patients who were followed. Such an element must be closed by its own tag,
    or nobody could tell where the words of others end: CartwatchError.
    """
    reader = _OwnWords()
    reader.feed(SHAPES.sub(_without_words, page))
    reader.close()
    refuse_in_text(" ".join("".join(reader.said).split()).replace("_", " "))  # crs_rate is two words


def _without_words(shape: re.Match[str]) -> str:
    """Nothing in place of a tag that only draws: there are ten thousands of them, and the parser is slow."""
    return shape[0] if any(name in shape[0] for name in SPOKEN) else " "


def refuse_in_text(text: str, where: str = "The report", words: re.Pattern[str] = WORDS) -> None:
    """Raise CartwatchError for plain text, as in refuse_words_of_incidence; where names the text in the message."""
    for sentence in LIMITS:
        text = text.replace(sentence, "")
    text = MEASURED.sub("", text)
    found = words.search(text)
    if found:
        near = text[max(0, found.start() - AROUND) : found.end() + AROUND].strip()
        raise CartwatchError(
            f"{where} says {found[0]!r} near {near!r}: a reporting measure has no denominator; "
            "name the measure, or mark the words of others data-verbatim."
        )


def refuse_in_names(names: Iterable[str], where: str) -> None:
    """Raise CartwatchError for names of columns, tables or files: crs_rate is two words."""
    refuse_in_text(", ".join(names).replace("_", " "), where)


def refuse_in_message(text: str, where: str) -> None:
    """Raise CartwatchError for a sentence of ours that may hold terms or paths of others: words that no term has."""
    refuse_in_text(PATH.sub("", text), where, NEVER_IN_TERMS)


def refuse_in_markdown(text: str, where: str) -> None:
    """Raise CartwatchError for a Markdown text, block by block.

    A block between blank lines, or one item of a list, that holds a comment <!-- words allowed: REASON --> may use the
    words; REASON is one of ALLOWED, and another one is refused.
    """
    for block in re.split(r"\n\s*\n|\n(?=\s*(?:[-*|]|\d+\.)\s)", text):
        reasons = MARKER.findall(block)
        unknown = sorted(set(reasons) - set(ALLOWED))
        if unknown:
            raise CartwatchError(f"{where} allows words for {unknown[0]!r}: give one of {'; '.join(ALLOWED)}.")
        if not reasons:
            refuse_in_text(block, where)


@dataclass(frozen=True, slots=True)
class _Open:
    """An element not yet closed: whether it is marked as free, and whether what it holds is left out."""

    tag: str
    is_free: bool
    is_skipped: bool


class _OwnWords(HTMLParser):
    """Collects the text and the spoken attributes of everything not marked as free."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._open: list[_Open] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        inside = bool(self._open and self._open[-1].is_skipped)
        is_free = VERBATIM in named or PERSON_TIME in named
        if not inside and not is_free:
            self.said.extend(f" {named[key]} " for key in HEARD if named.get(key))
        if tag not in VOID:
            self._open.append(_Open(tag, is_free, inside or tag in SILENT or is_free))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        places = [place for place, element in enumerate(self._open) if element.tag == tag]
        if places:
            self._close(places[-1])

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1].is_skipped):
            self.said.append(f"{data} ")

    def close(self) -> None:
        super().close()
        self._close(-1)

    def _close(self, place: int) -> None:
        """End the element at that place, and whatever was left open within it; everything for -1."""
        left = [element.tag for element in self._open[place + 1 :] if element.is_free]
        if left:
            raise CartwatchError(
                f"The report holds an element <{left[0]}> of the words of others that is never closed: close it, so that "
                "what follows is heard."
            )
        del self._open[max(place, 0) :]

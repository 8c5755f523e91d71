"""The guard: a reporting measure is never called by a word that needs a denominator."""

import re
from html.parser import HTMLParser

from pipeline.errors import CartwatchError

# The only sentences of ours that may use the words: they say what the numbers are not.
LIMITS = (
    "These numbers are not rates, risks or incidences: nobody knows how many patients were treated and had no event, and a report is only made when somebody chooses to make it.",
    "A report does not show that the medicine caused the event, and FAERS does not link a drug to a reaction.",
    "PRR, ROR, IC and EBGM compare how often an event is reported with a product with how often it is reported otherwise. They say where to look, not what is true.",
    "The rule that marks a signal is provisional and has not been calibrated; a marked row is a question, an unmarked one is no reassurance.",
    "Endpoints overlap and are never summed; the terms are counted at any time after treatment.",
    "No event reported is not no event: read the upper bound.",
)
WORDS = re.compile(r"\b(rates?|risks?|risky|incidences?|prevalence|hazards?|probabilit(?:y|ies))\b", re.IGNORECASE)
VERBATIM = "data-verbatim"
SILENT = frozenset({"style", "script"})
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
AROUND = 40


def refuse_words_of_incidence(page: str) -> None:
    """Raise CartwatchError when the HTML page calls a reporting measure a rate, a risk or the like.

    Free to use the words: the sentences of LIMITS, and elements marked data-verbatim, which hold other people's
    words: preferred terms ("Glomerular filtration rate decreased"), drug names, reasons found in the data.
    """
    reader = _OwnWords()
    reader.feed(page)
    reader.close()
    refuse_in_text(" ".join("".join(reader.said).split()))


def refuse_in_text(text: str) -> None:
    """Raise CartwatchError for plain text, as in refuse_words_of_incidence."""
    for sentence in LIMITS:
        text = text.replace(sentence, "")
    found = WORDS.search(text)
    if found:
        near = text[max(0, found.start() - AROUND) : found.end() + AROUND].strip()
        raise CartwatchError(
            f"The report says {found[0]!r} near {near!r}: a reporting measure has no denominator; "
            "name the measure, or mark the words of others data-verbatim."
        )


class _OwnWords(HTMLParser):
    """Collects the text and the spoken attributes of everything not marked verbatim."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._skipped: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        inside = bool(self._skipped and self._skipped[-1])
        if not inside and VERBATIM not in named:
            self.said.extend(f" {named[key]} " for key in ("title", "aria-label", "alt", "content") if named.get(key))
        if tag not in VOID:
            self._skipped.append(inside or tag in SILENT or VERBATIM in named)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._skipped.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID and self._skipped:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not (self._skipped and self._skipped[-1]):
            self.said.append(f"{data} ")

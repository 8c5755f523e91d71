"""The messages of an XML file of case reports, one at a time, from a file that nobody trusts.

Nothing is fetched and nothing is expanded: a file with a document type of its own, a declared entity or an entity that
is not XML's own is refused; a mere reference to a document type elsewhere is passed over unread in E2B(R2), which has one.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

from pipeline.errors import InputRefused

CHUNK = 1 << 16
LONGEST_TEXT = 4_000
"""Characters of one element that are kept: attachments and narratives are longer, and nobody here asks for them."""
DEEPEST = 120
MOST_ELEMENTS = 500_000
"""Elements of one message; the fullest real ones have thousands."""
SHOWN_NAME = 60
PACKED = {b"PK\x03\x04": "a zip archive", b"PK\x05\x06": "a zip archive", b"\x1f\x8b": "a gzip archive"}


@dataclass(slots=True)
class Element:
    """An element: its name, with its namespace before it where that is not the file's own, its attributes, its own text and its children.

    is_cut: the text was longer than LONGEST_TEXT, and only its beginning is there.
    """

    name: str
    attributes: dict[str, str]
    text: str = ""
    is_cut: bool = False
    children: list["Element"] = field(default_factory=list)

    def all(self, *path: str) -> "list[Element]":
        """Every element at the end of this path of names."""
        found = [self]
        for name in path:
            found = [child for element in found for child in element.children if child.name == name]
        return found

    def first(self, *path: str) -> "Element | None":
        """The first element at the end of this path of names."""
        found = self.all(*path)
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A kind of file: the root's name, the namespace all is in, the name of a message, and what stands beside messages.

    has_doctype: it may refer to a document type elsewhere. The parser then takes an unknown entity within an attribute for
    nothing, so it must not where attributes hold values.
    """

    form: str
    root: str
    namespace: str
    message: str
    beside: frozenset[str]
    has_doctype: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """One message of a file, or another child of the root that is no known part of the envelope."""

    envelope: Envelope
    element: Element


def messages(path: Path, envelopes: tuple[Envelope, ...], others: dict[str, str]) -> Iterator[Found]:
    """Every message of the file in its order, each given away as soon as it is read.

    others: what a root is that is no case message. InputRefused, without a word of the content but the root's name, where
    the file is no XML, is cut off, is packed, declares entities, or has another root.
    """
    with path.open("rb") as stream:
        yield from _messages(stream, _Reading(envelopes, others))


def _messages(stream: BinaryIO, reading: "_Reading") -> Iterator[Found]:
    chunk = stream.read(CHUNK)
    if not chunk:
        raise InputRefused("the file is empty")
    for start, kind in PACKED.items():
        if chunk.startswith(start):
            raise InputRefused(f"{kind}: unpack it and name the folder")
    while True:
        refusal = reading.fed(chunk)
        while reading.done:
            yield reading.done.popleft()
        if refusal is not None:
            raise refusal
        if not chunk:
            return
        chunk = stream.read(CHUNK)


class _Reading:
    """The parser's state: the open elements of the current message, and the messages that are whole."""

    def __init__(self, envelopes: tuple[Envelope, ...], others: dict[str, str]) -> None:
        self.done: deque[Found] = deque()
        self._envelopes, self._others = envelopes, others
        self._envelope: Envelope | None = None
        self._open: list[Element] = []
        self._depth = self._n_elements = 0
        self._refers_to_doctype = False
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._entity_declared
        self._parser.ExternalEntityRefHandler = self._entity_outside
        self._parser.SkippedEntityHandler = self._entity_unknown
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters

    def fed(self, chunk: bytes) -> InputRefused | None:
        """Parse some more bytes, none at all meaning the end of the file; why the file is refused, if it is.

        Messages that were whole before that are in done.
        """
        try:
            self._parser.Parse(chunk, not chunk)
        except InputRefused as refusal:
            return refusal
        except expat.ExpatError as error:
            return InputRefused(f"no whole XML: {expat.ErrorString(error.code)}, line {error.lineno}")
        except (LookupError, ValueError):
            return InputRefused("it declares an encoding that cannot be read")
        return None

    def _doctype(self, name: str, system: str | None, public: str | None, has_own: bool) -> None:
        del name, system, public
        if has_own:
            raise InputRefused("it brings a document type of its own, which may hide entities")
        self._refers_to_doctype = True

    def _entity_declared(self, *_: object) -> None:
        raise InputRefused("it declares an entity")

    def _entity_outside(self, *_: object) -> int:
        raise InputRefused("it asks for an entity from outside")

    def _entity_unknown(self, *_: object) -> None:
        raise InputRefused(f"it uses an entity that is not XML's own, line {self._parser.CurrentLineNumber}")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self._depth += 1
        if self._depth == 1:
            self._envelope = self._known(namespace, local)
            return
        if self._depth > DEEPEST:
            raise InputRefused(f"elements lie more than {DEEPEST} deep")
        self._n_elements = 1 if self._depth == 2 else self._n_elements + 1  # noqa: PLR2004 -- a child of the root
        if self._n_elements > MOST_ELEMENTS:
            raise InputRefused(f"a message has more than {MOST_ELEMENTS} elements")
        is_own = self._envelope is not None and namespace == self._envelope.namespace
        element = Element(local if is_own else name, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        envelope = self._envelope
        if not self._open and envelope is not None and element.name not in envelope.beside:
            self.done.append(Found(envelope, element))

    def _characters(self, text: str) -> None:
        if not self._open or self._open[-1].is_cut:
            return
        element = self._open[-1]
        element.is_cut = len(element.text) + len(text) > LONGEST_TEXT
        element.text = (element.text + text)[:LONGEST_TEXT]

    def _known(self, namespace: str, local: str) -> Envelope:
        for envelope in self._envelopes:
            if (namespace, local) == (envelope.namespace, envelope.root):
                if self._refers_to_doctype and not envelope.has_doctype:
                    raise InputRefused(f"it refers to a document type, which {envelope.form} has not")
                return envelope
        if local in self._others:
            raise InputRefused(f"{self._others[local]} ({local}), no case message")
        raise InputRefused(f"its root is {local[:SHOWN_NAME]!r}: no E2B(R3) batch and no E2B(R2) file")

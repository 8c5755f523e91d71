"""A file's bytes as lines, piece by piece: where they start and end, and how many delimiters each holds."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BOM = b"\xef\xbb\xbf"
LF, CR, DOLLAR = 10, 13, 36
PIECE_BYTES = 24 << 20

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Octets = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Lines:
    """Whole lines of a file as UTF-8 bytes; `first` is the number of the first one, counted from 1."""

    data: Octets
    first: int
    starts: Places
    ends: Places
    has_cr: Flags
    n_delimiters: Places

    def text(self, index: int) -> str:
        """One line without its end."""
        return self.data[self.starts[index] : self.ends[index]].tobytes().decode()

    def has_inner_cr(self) -> Flags:
        """Lines with a carriage return that does not end them: it is text."""
        if np.count_nonzero(self.data == CR) == np.count_nonzero(self.has_cr):
            return np.zeros(self.starts.size, np.bool_)
        return _counts(self.data, self.starts, CR) > self.has_cr

    def octets_of(self, chosen: Places) -> Octets:
        """The bytes of some of the lines, line ends included; a view where they follow each other."""
        following = np.append(self.starts[1:], self.data.size)
        if chosen[-1] - chosen[0] + 1 == chosen.size:
            return self.data[self.starts[chosen[0]] : following[chosen[-1]]]
        keep = np.zeros(self.starts.size, np.bool_)
        keep[chosen] = True
        return self.data[np.repeat(keep, following - self.starts)]


def encoding_of(data: bytes, piece_bytes: int = PIECE_BYTES) -> str:
    """utf-8 where the whole file is, else latin-1: every byte is a character there."""
    if data.isascii():
        return "utf-8"
    try:
        for begin, end in _bounds(data, piece_bytes):
            str(memoryview(data)[begin:end], "utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def pieces(data: bytes, encoding: str, piece_bytes: int = PIECE_BYTES) -> Iterator[Lines]:
    """The file in pieces of whole lines, of about piece_bytes each, so that memory stays bounded."""
    first = 1
    for begin, end in _bounds(data, piece_bytes):
        lines = _lines(_octets(data, begin, end, encoding), first)
        first += lines.starts.size
        yield lines


def _bounds(data: bytes, piece_bytes: int) -> Iterator[tuple[int, int]]:
    begin = len(BOM) if data.startswith(BOM) else 0
    while begin < len(data):
        end = data.find(b"\n", min(begin + piece_bytes, len(data)) - 1) + 1 or len(data)
        yield begin, end
        begin = end


def _octets(data: bytes, begin: int, end: int, encoding: str) -> Octets:
    """The piece as UTF-8 that ends in a newline; a view of the file where nothing has to change."""
    if encoding == "utf-8" and data[end - 1] == LF:
        return np.frombuffer(data, np.uint8, end - begin, begin)
    piece = data[begin:end] if encoding == "utf-8" else data[begin:end].decode(encoding).encode()
    return np.frombuffer(piece if piece.endswith(b"\n") else piece + b"\n", np.uint8)


def _lines(data: Octets, first: int) -> Lines:
    ends = np.flatnonzero(data == LF)
    starts = np.append(0, ends[:-1] + 1)
    has_cr = (ends > starts) & (data[ends - 1] == CR)
    return Lines(data, first, starts, ends - has_cr, has_cr, _counts(data, starts, DOLLAR))


def _counts(data: Octets, starts: Places, octet: int) -> Places:
    return np.add.reduceat(data == octet, starts, dtype=np.int64)

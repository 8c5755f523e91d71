"""The issue of a quarter's archive that a run is asked to read, as a person writes it."""

from collections.abc import Iterable

from pipeline.errors import UsageError
from pipeline.intake.archive import parsed_quarter

SHORTEST_SHA = 6


def data_versions_of(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Quarters with the start of a SHA-256 each, as settings take them.

    UsageError for a text that is none, and for a quarter named twice.
    """
    pins = tuple(pinned(text) for text in texts)
    if len({quarter for quarter, _ in pins}) < len(pins):
        raise UsageError("The data versions name a quarter twice: give each quarter once.")
    return pins


def pinned(text: str) -> tuple[str, str]:
    """A data version as quarter and start of the SHA-256; UsageError for a text that is none."""
    quarter, _, sha256 = text.partition("=")
    if len(sha256) < SHORTEST_SHA or not set(sha256.lower()) <= set("0123456789abcdef"):
        raise UsageError(f"{text!r} is no data version: write it as 2024Q1=3f2a9c, at least six digits of the SHA-256.")
    return parsed_quarter(quarter), sha256.lower()

"""Issues of one quarter's archive: FDA may publish a quarter again, and both stay readable."""

from dataclasses import dataclass
from typing import Self

from pipeline.contract.quarter import QUARTERS_IN_YEAR, quarter_number
from pipeline.errors import UsageError

UNDATED = "undated"
# FDA publishes a quarter in the calendar quarter that follows it.
PUBLICATION_LAG = 1
MONTHS_IN_QUARTER = 3


@dataclass(frozen=True, slots=True, order=True)
class Edition:
    """One issue of a quarter's archive; the greater is the later issue.

    rank: what a person said of its place, 0 where nothing was said; it goes before the date. published: the publisher's
    date, the latest of a file inside the zip, as 20240128T093000, or empty where it is not known. sha256: the first
    sixteen hex digits of the archive's checksum, which only keeps two labels apart.
    """

    rank: int
    published: str
    sha256: str

    @property
    def label(self) -> str:
        """The edition as the name of a partition."""
        return f"{self.rank}_{self.published or UNDATED}_{self.sha256}"

    @classmethod
    def of_label(cls, label: str) -> Self:
        """The edition that wrote this label."""
        rank, published, sha256 = label.split("_")
        return cls(int(rank), "" if published == UNDATED else published, sha256)

    def is_ordered_against(self, other: "Edition") -> bool:
        """Whether ranks, else the publisher's dates, say which of the two is the later issue."""
        return self.rank != other.rank or bool(self.published and other.published and self.published != other.published)

    def is_published_by(self, quarter: str) -> bool:
        """Whether it was out when FDA published that quarter; an edition without a date always is."""
        return not self.published or _calendar_quarter(self.published) <= quarter_number(quarter) + PUBLICATION_LAG


def refuse_disorder(quarter: str, editions: list[Edition]) -> None:
    """UsageError where two editions of a quarter cannot be put in order: the order of loading must never decide."""
    for later in editions:
        for earlier in editions:
            if later.sha256 != earlier.sha256 and not later.is_ordered_against(earlier):
                raise UsageError(
                    f"{quarter} was given in two archives, {earlier.sha256} and {later.sha256}, and no publisher's date "
                    "tells which is the later issue: ingest one of them with --rank 1 (later) or --rank -1 (earlier)."
                )


def _calendar_quarter(published: str) -> int:
    return int(published[:4]) * QUARTERS_IN_YEAR + (int(published[4:6]) - 1) // MONTHS_IN_QUARTER

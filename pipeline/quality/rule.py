"""What a rule is: one sentence on one table, with its severity and its threshold."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["critical", "warning", "info"]
Kind = Literal["columns", "codes", "values", "rows", "share", "median"]
LAST = "9999Q4"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule on one table.

    kind: columns compares with the contract; codes allows FDA's codes `values` in the column `subject`, in any case of
    letters, and values does so to the letter; rows allows no row of sql/check/<subject>.sql; share allows at most
    `most` of them; median compares the row count with earlier quarters.
    from_rows: a share over fewer rows is judged only when every row breaks the rule. of: what a share is a share of.
    first_quarter, last_quarter: outside them the rule is not judged.
    """

    name: str
    table: str
    severity: Severity
    kind: Kind
    note: str
    subject: str = ""
    values: tuple[str, ...] = ()
    most: float = 0.0
    least: float = 0.0
    from_rows: int = 0
    of: Literal["rows", "records"] = "rows"
    first_quarter: str = ""
    last_quarter: str = LAST

    @property
    def is_query(self) -> bool:
        """Whether the rule counts the rows of a query in sql/check."""
        return self.kind in {"rows", "share"}

    @property
    def is_vocabulary(self) -> bool:
        """Whether the rule looks at the values of a column."""
        return self.kind in {"codes", "values"}

    @property
    def quarantines(self) -> bool:
        """Whether the rows that break it are marked: only rules about single rows, and only as a warning."""
        return self.severity == "warning" and self.kind in {"rows", "codes", "values"}

    @property
    def is_limited(self) -> bool:
        """Whether there are quarters for which the rule is not judged."""
        return self.kind == "median" or bool(self.first_quarter) or self.last_quarter != LAST

    @property
    def threshold(self) -> str:
        """What the rule allows, in words."""
        wording = {
            "columns": "exactly the columns of the contract",
            "codes": f"one of {', '.join(self.values)}, or empty",
            "values": f"one of {', '.join(self.values)}, or null",
            "rows": "no row",
            "share": f"at most {100 * self.most:g} % of {self.of}",
            "median": f"{self.least:g} to {self.most:g} times the median of four to eight earlier quarters",
        }[self.kind]
        small = (
            f"; fewer than {self.from_rows} {self.of} are judged only when it is all of them" if self.from_rows else ""
        )
        return f"{wording}{small}{self.period}"

    @property
    def period(self) -> str:
        """The quarters in which the rule holds, in words; empty for all of them."""
        until = "" if self.last_quarter == LAST else f", until {self.last_quarter}"
        return (f", since {self.first_quarter}" if self.first_quarter else "") + until

"""How many questions were asked together, and what is left of the answers: printed with the answers."""

import math
from collections import defaultdict
from dataclasses import dataclass

from pipeline.report.facts import ReportFacts, Row
from pipeline.report.numbers import count
from pipeline.vocabulary.products import products

Key = tuple[str, str, str, str | None]
"""Product, comparator, kind of event and scope."""

LEAST, TENTH = 1e-4, 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """One family of pairs: how many were asked, how many the rule marks, and their shares of false added up.

    n_asked counts terms that the comparison holds and no case of the product has: they were asked too. n_false is None where no prior fits: no share of false can be told then. about: of what and whose the pairs are.
    """

    about: str
    as_of: str
    n_asked: int
    n_marked: int
    n_false: float | None

    @property
    def sentence(self) -> str:
        """What stands above a table of answers."""
        start = f"Asked together, as of {self.as_of}: {count(self.n_asked)} pairs of {self.about}. "
        if not self.n_marked:
            return start + "The rule marks none of them."
        marks = f"The rule marks {count(self.n_marked)}"
        if self.n_false is None:
            return f"{start}{marks}; without a prior no share of false can be told."
        false = "fewer than 0.01" if self.n_false < 0.01 else f"{self.n_false:.2f}"  # noqa: PLR2004  (two decimals)
        return f"{start}{marks}; of these {false} would be expected to be false, not reported more than expected, if the prior is right."


def questions_asked(facts: ReportFacts) -> dict[Key, Asked]:
    """The family each product's pairs belong to: that of all products, or a group's own."""
    groups = frozenset(item.id for item in products() if item.is_group)
    rows: dict[tuple[str | None, str, str, str | None], list[Row]] = defaultdict(list)
    for row in facts.rows("question"):
        rows[_family(row, groups)].append(row)
    found = {key: _asked(key[0], key[2], key[3], members, facts.as_of) for key, members in rows.items()}
    return {
        (row["product"], row["comparator"], row["event_kind"], row["scope"]): found[_family(row, groups)]
        for row in facts.rows("question")
    }


def q_told(row: Row) -> tuple[str, str]:
    """The q of a row, and the mid-p behind it for whoever points at it."""
    return share(row["bh_q"]), f"mid-p {share(row['fisher_mid_p'])}"


def share(value: float | None) -> str:
    """A share that may be small: 0.43, 0.031, 0.0012, < 0.0001; a dash where there is none."""
    if value is None:
        return "–"
    if value < LEAST:
        return "< 0.0001"
    return f"{value:.2f}" if value >= TENTH else f"{value:.{1 - math.floor(math.log10(value))}f}"


def _family(row: Row, groups: frozenset[str]) -> tuple[str | None, str, str, str | None]:
    own = row["product"] if row["product"] in groups else None
    return own, row["comparator"], row["event_kind"], row["scope"]


def _asked(group: str | None, kind: str, scope: str | None, rows: list[Row], as_of: str) -> Asked:
    event = "preferred term" if kind == "pt" else f"endpoint ({scope} terms)"
    return Asked(
        about=f"this group and {event}" if group else f"product and {event}, over all products",
        as_of=as_of,
        n_asked=max(row["n_asked"] for row in rows),
        n_marked=sum(row["n_marked"] for row in rows),
        n_false=math.fsum(row["n_false"] for row in rows) if any(row["has_prior"] for row in rows) else None,
    )

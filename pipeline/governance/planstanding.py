"""Plans as they stood at a day, from the audit trail alone: what each asks, how it looks, how far its looks have come."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.governance.canonical import restored
from pipeline.governance.ledger import DONE
from pipeline.governance.store import Row

PLAN_COLUMNS = {
    "plan_id": "text",
    "title": "text",
    "world": "text",
    "product": "text",
    "endpoint": "text",
    "scope": "text",
    "design": "text",
    "maximum_length": "real",
    "family_id": "text",
    "alpha": "real",
    "alpha_spent": "real",
    "n_looks": "whole",
    "n_looks_made": "whole",
    "n_looks_skipped": "whole",
    "last_look": "text",
    "observed": "whole",
    "decision": "text",
    "amended_by": "text",
}


class Standing(NamedTuple):
    """A plan: what it says, its looks in their order, and the plan that took its place, None while it is open."""

    content: Row
    looks: list[Row]
    amended_by: str | None

    def row(self) -> Row:
        """As the table of plans has it; the last look is the last one made, and has none before the first."""
        made = [look for look in self.looks if look["status"] == DONE]
        last = made[-1] if made else {"dlp": None, "observed": None, "decision": None, "alpha_spent": 0.0}
        names = (
            "title", "world", "product", "endpoint", "scope", "design", "maximum_length", "family_id", "alpha"
        )  # fmt: skip
        return {
            "plan_id": self.content["id"],
            **{name: self.content[name] for name in names},
            "n_looks": len(self.content["looks"]),
            "n_looks_made": len(made),
            "n_looks_skipped": len(self.looks) - len(made),
            "last_look": last["dlp"],
            **{name: last[name] for name in ("observed", "decision", "alpha_spent")},
            "amended_by": self.amended_by,
        }


def plans_standing(trail: Iterable[Row], start: dt.date) -> list[Standing]:
    """The plans of a trail, by id; one that was amended before the start of an interval is left out."""
    contents: dict[str, Row] = {}
    looks: dict[str, list[Row]] = {}
    amended: dict[str, tuple[str, str]] = {}
    for event in trail:
        if event["subject_kind"] == "plan":
            row = restored(event["after"])
            contents[row["id"]] = restored(row["content"])
            if row["amends"] is not None:
                amended[row["amends"]] = (row["id"], event["at"][:10])
        elif event["subject_kind"] == "look":
            row = restored(event["after"])
            looks.setdefault(row["plan_id"], []).append(row)
    return [
        Standing(content, looks.get(name, []), amended[name][0] if name in amended else None)
        for name, content in sorted(contents.items())
        if name not in amended or amended[name][1] >= start.isoformat()
    ]

"""What a person sees on the terminal after a verb of governance."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.markup import escape

from pipeline.screen import _say, _table, outputs
from pipeline.steps.result import StepReport

Row = Mapping[str, Any]


def person_added(report: StepReport) -> None:
    """Who acts now, in which roles."""
    counts = report.counts
    if counts["is_changed"]:
        _say(f"{counts['actor']} may now act as {_listed(counts['roles'])}.")


def people(report: StepReport) -> None:
    """Everybody known."""
    rows = _rows(report.counts["actors"])
    _table("People", ("id", "name", "roles"), ([row["id"], _text(row["name"]), _listed(row["roles"])] for row in rows))


def plan_registered(report: StepReport) -> None:
    """What was registered."""
    counts = report.counts
    if counts["is_new"]:
        _say(f"Plan {counts['plan']} is registered with {counts['n_looks']} looks; it is never changed from now on.")


def plan_list(report: StepReport) -> None:
    """Every plan with where it stands."""
    shown = {
        **{name: name for name in ("id", "product", "endpoint", "scope", "design", "alpha")},
        "family_id": "family",
        "n_looks_made": "looks made",
        "n_looks_skipped": "skipped",
        "n_looks": "of",
        "next_look": "next look",
        "amended_by": "amended by",
    }
    rows = _rows(report.counts["plans"])
    _table("Surveillance plans", list(shown.values()), (_cells(row, shown) for row in rows))
    budgets = {"family_id": "family", "alpha": "alpha", "used": "given or spent", "left": "left"}
    _maybe("Families: alpha", budgets, report.counts["families"])


def plan_detail(report: StepReport) -> None:
    """One plan field by field, then its looks."""
    held = report.counts["plan"]
    fields = dict(held) if isinstance(held, Mapping) else {}
    looks = fields.pop("looks", [])
    fields["looks"] = f"{len(looks)}: {looks[0]} to {looks[-1]}" if looks else ""
    _table(f"Plan {fields['id']}", ("field", "value"), ([name, _text(value)] for name, value in fields.items()))
    shown = ("number", "dlp", "observed", "expected", "statistic", "critical_value", "alpha_spent", "decision", "note")
    rows = _rows(report.counts["looks"])
    if rows:
        _table(
            "Looks, counts cumulative", [name.replace("_", " ") for name in shown], (_cells(row, shown) for row in rows)
        )
    else:
        _say("No look has been made yet.")


def looks_made(report: StepReport) -> None:
    """Looks just made or skipped, and the unadjusted rule beside those of reports."""
    shown = {
        "look_id": "look",
        "dlp": "as of",
        "observed": "observed",
        "compared": "comparator's",
        "expected": "expected",
        "statistic": "statistic",
        "critical_value": "to reach",
        "alpha_spent": "alpha spent",
        "decision": "decision",
        "signal_id": "signal",
        "ic025": "IC025",
        "ic025_ever_positive_by_chance": "IC025 > 0 by chance",
    }
    rows = _rows(report.details["looks"])
    if rows:
        full = [{**dict.fromkeys(shown), **row} for row in rows]
        _table("Looks, counts cumulative", list(shown.values()), (_cells(row, shown) for row in full))
    else:
        _say("No look is due.")


def reproduced(report: StepReport) -> None:
    """Whether what was made again is the same."""
    shown = ("what", "kept", "again", "because")
    if report.counts["is_same"]:
        _say(f"{report.counts['reproduced']} is the same, made again.")
    else:
        rows = _rows(report.details["differences"])
        _table("Not the same", shown, (_cells({**row, "because": _listed(row["because"])}, shown) for row in rows))


def designated_events(report: StepReport) -> None:
    """Designated events held, and what became of each."""
    shown = {"product": "product", "endpoint": "endpoint", "source": "source", "as_of": "as of", "held": "held"}
    shown |= {"n_added": "new", "n_withdrawn": "no longer counted", "outcome": "outcome", "signal_id": "signal"}
    rows = _rows(report.details["events"])
    if rows:
        _table("Designated events", list(shown.values()), (_cells(row, shown) for row in rows))
    else:
        _say("No designated event is held.")


def signal_list(report: StepReport) -> None:
    """Signals with where they stand."""
    shown = {"signal_id": "signal", "title": "title", "product": "product", "endpoint": "endpoint", "state": "state"}
    shown |= {"waits_for_signatures_under": "to be signed", "owner": "owner", "due_on": "due", "is_overdue": "overdue"}
    shown |= {"closed_on": "closed"}
    rows = _rows(report.counts["signals"])
    if rows:
        _table("Signals", list(shown.values()), (_cells(row, shown) for row in rows))
    else:
        _say("There is no signal.")


def signal_detail(report: StepReport) -> None:
    """One signal: where it stands, its fields, its evidence, and what was done about it where that was asked for."""
    held = report.counts["signal"]
    shown: Mapping[str, Any] = held if isinstance(held, Mapping) else {}
    content = dict(shown["content"])
    content["listedness"] = _listedness(content["listedness"])
    content["bradford_hill"] = ", ".join(f"{name} {answer}" for name, answer in content["bradford_hill"].items())
    content["actions"] = "; ".join(f"{one['number']}. {one['text']}" for one in content["actions"])
    fields = {"state": shown["state"], "version": str(shown["version"]), **content}
    _table(f"Signal {shown['id']}", ("field", "value"), ([name, _text(value)] for name, value in fields.items()))
    columns = ("kind", "world", "reference", "is_independent", "reason", "added_by")
    _maybe("Evidence", columns, shown["evidence"])
    _maybe("Signatures", ("decision", "actor", "name", "role", "meaning", "signed_at"), report.counts["signatures"])
    _maybe("History", ("number", "at", "actor", "action", "state", "reason"), report.counts.get("history", []))
    _say(_next_step(report, shown))


def audit_verdict(report: StepReport) -> None:
    """That the trail is whole, and how far."""
    counts = report.counts
    against = " and holds all that the export has" if counts["is_compared"] else ""
    _say(f"The audit trail is whole{against}: {counts['n_events']} records, last hash {str(counts['head_hash'])[:16]}.")
    heads = (
        f"; it was held against {counts['n_heads']} earlier head{'' if counts['n_heads'] == 1 else 's'}"
        if counts["n_heads"]
        else ""
    )
    _say(f"The triggers and constraints that keep it as it was written stand{heads}.")


def written_files(report: StepReport) -> None:
    """Paths written."""
    outputs(report)


def schema(report: StepReport) -> None:
    """The store's schema before and after."""
    counts = report.counts
    _say(f"The store has the schema {counts['revision']} (before: {counts['revision_before'] or 'none'}).")


def tracking_summary(report: StepReport) -> None:
    """The interval's signals and the timeliness of the review, then the files."""
    shown = {"signal_id": "signal", "signal_term": "term", "status": "status", "date_detected": "detected"}
    shown |= {"date_closed": "closed", "state": "state", "due_on": "due", "n_open_actions": "open actions"}
    _maybe(f"Signals of the interval, as of {report.as_of}", shown, report.counts["signals"])
    columns = ("step", "n_done", "n_done_in_time", "median_days", "n_open", "n_overdue")
    _maybe("Timeliness of the review", columns, report.counts["timeliness"])
    outputs(report)


def _next_step(report: StepReport, shown: Mapping[str, Any]) -> str:
    pending = shown["pending"]
    if pending:
        needed = report.counts["n_signatures_needed"]
        return (
            f"Waits for {needed} signatures under {pending['to']}: 'cartwatch signal sign {shown['id']} --meaning …'."
        )
    return f"It may become: {_listed(report.counts['may_become'])}."


def _listedness(found: Mapping[str, Any]) -> str:
    answer = {"listed": "listed", "not_listed": "not listed"}.get(found["answer"], "not known")
    is_unread = found["version"] is not None and not found["is_verified"]
    return f"{answer}: {found['reason']}{' (not verified)' if is_unread else ''}"


def _maybe(title: str, columns: Mapping[str, str] | Sequence[str], held: object) -> None:
    """A table where there is a row."""
    heads = (
        list(columns.values())
        if isinstance(columns, Mapping)
        else [name.removeprefix("n_").replace("_", " ") for name in columns]
    )
    if rows := _rows(held):
        _table(title, heads, (_cells(row, columns) for row in rows))


def _cells(row: Row, names: Iterable[str]) -> list[object]:
    return [
        _text(row[name]) if not isinstance(row[name], int) or isinstance(row[name], bool) else row[name]
        for name in names
    ]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.6g}"
        case Mapping():
            return ", ".join(f"{name} {_text(held)}" for name, held in value.items())
        case _:
            return escape(str(value))  # what people wrote is no command to the terminal


def _listed(values: object) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list) else str(values)


def _rows(held: object) -> list[Row]:
    return held if isinstance(held, list) else []

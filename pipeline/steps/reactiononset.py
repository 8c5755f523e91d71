"""Onset by reaction from files of E2B case messages, as of a day: a pure function of the files, without a lake."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.cases.reactioncases import CaseTruth, case_truth
from pipeline.cases.reactiononset import Asked, names_car_t, reaction_rows, suspected
from pipeline.cases.reactionrules import UNRESOLVED
from pipeline.cases.reactiontables import distribution_rows, excluded_rows
from pipeline.cases.reactionterms import NO_DICTIONARY, dictionary
from pipeline.contract.model import Table
from pipeline.contract.reactiononset import (
    E2B_REJECTED,
    REACTION_ONSET,
    REACTION_ONSET_DISTRIBUTION,
    REACTION_ONSET_EXCLUDED,
)
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import CartwatchError, InputRefused
from pipeline.intake.e2b import Intake, read_messages
from pipeline.intake.e2bcase import Rejection
from pipeline.lake.parquet import write_rows
from pipeline.report.exports import csv_text
from pipeline.steps.export import building, swap
from pipeline.steps.result import Progress, StepReport, Stopwatch, run_id, silent
from pipeline.vocabulary.meddra import terms_source
from pipeline.vocabulary.products import ANY, product

SHOWN_REASONS = 3
LONGEST_SILENCE = 31
"""Days between the newest message and the data-lock point from which on the reader is asked whether files are missing."""
MEANING = (
    "Onset is that of each reaction, as the case messages date it. Days are counted from the infusion, which is day 0; an "
    "interval told counts its first day as 1, and one is taken off. Cases of one patient under two worldwide numbers are "
    "not joined."
)
Row = dict[str, Any]


def compute_reaction_onset(
    paths: Sequence[Path],
    as_of: dt.date,
    *,
    meddra: Path | None = None,
    take_reported: bool = False,
    only_products: Sequence[str] = (),
    out: Path | None = None,
    progress: Progress = silent,
) -> StepReport:
    """Onset of every reaction of the CAR-T cases in the files, and how it is spread for each product and endpoint.

    paths: files of case messages or folders of them. meddra: folder of a licensed distribution, by which codes are read.
    take_reported: the reporter's words stand for a term where they are spelled as one. only_products: what out and the
    report show. InputRefused where not one message can be read: nothing is written then.
    """
    watch = Stopwatch()
    chosen = {product(name).id for name in only_products}
    known = dictionary(meddra) if meddra else NO_DICTIONARY
    progress("reading case messages")
    intake = read_messages(paths, names_car_t)
    _refuse_nothing_read(intake)
    truth = case_truth(intake.kept, intake.rejected, as_of)
    rows = reaction_rows(truth.current, Asked(as_of, known, take_reported))
    progress("days from infusion to reaction")
    shown = [row for row in rows if not chosen or row["product"] in chosen]
    tables = _tables(shown, intake, as_of)
    parameters = {
        "as_of": as_of.isoformat(),
        "meddra": known.checksums,
        "take_reported": take_reported,
        "products": sorted(chosen),
    }
    report = StepReport("reaction onset", run_id("reaction onset", intake.checksums, parameters), as_of.isoformat())
    report.inputs = sorted(intake.checksums)
    report.counts = _counts(intake, truth, shown)
    report.details = {name: held for name, (_, held) in tables.items() if name != "reaction_onset"}
    report.warnings = [
        *_warnings(intake, truth, rows, as_of),
        f"Terms are read by {terms_source(known.version)}.",
        MEANING,
    ]
    if out is not None:
        report.outputs = _write(tables, out)
    report.seconds = watch.seconds()
    return report


def _tables(rows: Sequence[Row], intake: Intake, as_of: dt.date) -> dict[str, tuple[Table, list[Row]]]:
    """What is handed out: each table with its rows."""
    made = (
        (REACTION_ONSET, list(rows)),
        (REACTION_ONSET_EXCLUDED, excluded_rows(rows)),
        (REACTION_ONSET_DISTRIBUTION, distribution_rows(rows)),
        (E2B_REJECTED, [_rejected(one, as_of) for one in intake.rejected]),
    )
    return {table.name: (table, held) for table, held in made}


def _refuse_nothing_read(intake: Intake) -> None:
    if intake.kept:
        return
    shown = [f"{one.file}{f' message {one.number}' if one.number else ''}: {one.reason}" for one in intake.rejected]
    more = f"; and {len(shown) - SHOWN_REASONS} more" if len(shown) > SHOWN_REASONS else ""
    said = "; ".join(shown[:SHOWN_REASONS]) or "there is no file"
    raise InputRefused(f"No case message could be read: {said}{more}. Nothing was written.")


def _counts(intake: Intake, truth: CaseTruth, rows: Sequence[Row]) -> dict[str, object]:
    """What was read, what became of it; CartwatchError where the messages do not add up."""
    n_read, n_kept, n_rejected = sum(intake.n_read.values()), len(intake.kept), len(intake.rejected)
    if n_read != n_kept + n_rejected or n_kept != sum(truth.messages.values()):
        raise CartwatchError(
            f"{n_read} messages became {n_kept} read and {n_rejected} rejected, of which {truth.messages}: a bug of ours; report it."
        )
    suspecting = [case for case in truth.current if suspected(case.message)]
    others = [case for case in truth.current if not suspected(case.message) and names_car_t(case.message)]
    own = [row for row in rows if row["product"] != ANY] or rows
    return {
        "files": len(intake.checksums),
        "messages": {"read": n_read, "kept": n_kept, "rejected": n_rejected} | truth.messages,
        "cases": truth.cases,
        "cases_suspecting_car_t": len(suspecting),
        "cases_naming_car_t_in_other_roles_only": len(others),
        "reactions": len(own),
        "reactions_used": sum(row["reason"] is None for row in own),
        "reactions_by_days_source": dict(Counter(row["days_source"] for row in own if row["reason"] is None)),
        "intervals_that_contradict_dates": sum(bool(row.get("interval_disagreement")) for row in own),
        "reactions_by_term_source": dict(sorted(Counter(row["term_source"] or UNRESOLVED for row in own).items())),
    }


def _warnings(intake: Intake, truth: CaseTruth, rows: Sequence[Row], as_of: dt.date) -> list[str]:
    unresolved = sum(row["reason"] == UNRESOLVED and row["product"] == ANY for row in rows)
    found = []
    if intake.rejected:
        found.append(f"{len(intake.rejected)} messages or files were not read: e2b_rejected.csv says which and why.")
    if left := {state: n for state, n in truth.cases.items() if n and state != "current"}:
        found.append(f"Cases left out: {', '.join(f'{n} {state}' for state, n in left.items())}.")
    if unresolved:
        found.append(
            f"{unresolved} reactions have a code that nobody here can read: name a MedDRA distribution with --meddra-files."
        )
    days = [one.most_recent.day for one in intake.kept if one.most_recent.day and one.most_recent.day <= as_of]
    newest = max(days, default=None)
    if newest and (as_of - newest).days > LONGEST_SILENCE:
        found.append(
            f"The newest message is of {newest}, {(as_of - newest).days} days before the data-lock point, and every case is taken "
            "to be followed until then: where the files end earlier, give that day as --as-of."
        )
    return found


def _rejected(one: Rejection, as_of: dt.date) -> Row:
    """A row of e2b_rejected. The newest information is shown only where it is a date: in its place anything may stand."""
    return {
        "as_of": as_of.isoformat(),
        "file": one.file,
        "message_number": one.number,
        "form": one.form,
        "worldwide_case_id": one.case_id,
        "most_recent_date_text": one.most_recent.told.text if one.most_recent.precision else None,
        "reason": one.reason,
    }


def _write(tables: Mapping[str, tuple[Table, list[Row]]], out: Path) -> list[str]:
    """Every table as CSV, the reactions as Parquet too: all are written before the first is swapped in."""
    with building(out) as folder:
        names = [f"{name}.csv" for name in tables]
        for name, (table, rows) in tables.items():
            (folder / f"{name}.csv").write_text(csv_text(_flat(table, rows)), encoding="utf-8", newline="\n")
        names.insert(1, "reaction_onset.parquet")
        reactions, held = tables["reaction_onset"]
        write_rows(reactions, pa.Table.from_pylist(held, arrow_schema(reactions)), folder / names[1])
        return [str(swap(folder / name, out / name)) for name in names]


def _flat(table: Table, rows: Sequence[Row]) -> pa.Table:
    """The rows in the table's columns, lists joined by a comma as a CSV cell holds them."""
    fields = [
        pa.field(one.name, pa.string() if pa.types.is_list(one.type) else one.type) for one in arrow_schema(table)
    ]
    joined = [
        {name: ", ".join(value) if isinstance(value, list) else value for name, value in row.items()} for row in rows
    ]
    return pa.Table.from_pylist(joined, pa.schema(fields))

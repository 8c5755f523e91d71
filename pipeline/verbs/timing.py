"""Verbs about time: when events come, and when their reports do."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.verbs.options import AS_OF, DATA_VERSION, JSON, MEDDRA, PRODUCTS, WITH_DUPLICATES, chosen, quarter_of
from pipeline.verbs.telling import tell, watched

if TYPE_CHECKING:
    from pipeline.steps.result import StepReport


class Asked(TypedDict):
    """What both verbs are asked, by the names of their options."""

    as_of: str | None
    products: tuple[str, ...]
    out: Path | None
    data_versions: tuple[str, ...]
    meddra: str | None
    with_duplicates: bool
    as_json: bool


class AskedOfMessages(TypedDict):
    """What onset is asked of case messages, by the names of its options."""

    messages: tuple[Path, ...]
    meddra_files: Path | None
    take_reported: bool


@click.command()
@click.option(
    "--as-of",
    metavar="QUARTER|DAY",
    help="Data-lock point, as 2024Q1; default: the newest quarter in the lake. With --messages a day, as 2024-03-31.",
)
@PRODUCTS
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for onset.csv, onset.parquet and onset_exclusion.csv; with --messages for reaction_onset.csv and .parquet, "
    "reaction_onset_excluded.csv, reaction_onset_distribution.csv and e2b_rejected.csv.",
)
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@click.option(
    "--messages",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Onset of each reaction from E2B(R3) or E2B(R2) case messages instead, without a lake: an XML file or a folder of "
    "them; repeat for more.",
)
@click.option(
    "--meddra-files",
    type=click.Path(path_type=Path),
    help="With --messages: folder of a licensed MedDRA distribution, by which the codes of reactions are read.",
)
@click.option(
    "--reported-terms",
    "take_reported",
    is_flag=True,
    help="With --messages: where a code cannot be read, take the reporter's words that are spelled as a term.",
)
@JSON
@click.pass_obj
def onset(
    settings: Settings,
    messages: tuple[Path, ...],
    meddra_files: Path | None,
    take_reported: bool,
    **asked: Unpack[Asked],
) -> None:
    """Days from infusion to the event: who is left out and why, and three ways to tell how they spread.

    From the lake the case's one event date; with --messages the start of each reaction, as case messages tell it.

    \b
    Examples:
      cartwatch onset --as-of 2024Q1 --out results
      cartwatch onset --product tisagenlecleucel
      cartwatch onset --messages icsr/ --as-of 2024-03-31 --meddra-files MedDRA_29_0 --out results
    """
    if messages:
        of_messages = AskedOfMessages(messages=messages, meddra_files=meddra_files, take_reported=take_reported)
        _compute_from_messages(asked, of_messages)
        return
    if meddra_files or take_reported:
        raise UsageError("--meddra-files and --reported-terms are about case messages: name them with --messages.")
    from pipeline.steps.onset import compute_onset

    _compute(compute_onset, "onset_summary", settings, asked)


@click.command()
@AS_OF
@PRODUCTS
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for trend.csv, trend.parquet, interruption.csv, nowcast.csv and reporting_lag.csv.",
)
@DATA_VERSION
@WITH_DUPLICATES
@MEDDRA
@JSON
@click.pass_obj
def trend(settings: Settings, **asked: Unpack[Asked]) -> None:
    """Cases by quarter: cumulative IC, before and after each event of the calendar, reporting lag, cases still to come.

    \b
    Examples:
      cartwatch trend --as-of 2024Q1 --out results
      cartwatch trend --product tisagenlecleucel
    """
    from pipeline.steps.trend import compute_trend

    _compute(compute_trend, "trend_summary", settings, asked)


def _compute(compute: "Callable[..., StepReport]", show: str, settings: Settings, asked: Asked) -> None:
    """Carry out the step, and show what it says of itself."""
    with watched(asked["as_json"]) as progress:
        report = compute(
            chosen(settings, asked["data_versions"], asked["meddra"], with_duplicates=asked["with_duplicates"]),
            quarter_of(asked["as_of"]),
            only_products=asked["products"],
            out=asked["out"],
            progress=progress,
        )
    tell(report, asked["as_json"], show)


def _compute_from_messages(asked: Asked, of_messages: AskedOfMessages) -> None:
    """Onset by reaction; UsageError for an option that is about the lake, and without a day."""
    from pipeline.steps.reactiononset import compute_reaction_onset

    if asked["data_versions"] or asked["meddra"] or asked["with_duplicates"]:
        raise UsageError("--data-version, --meddra and --with-duplicates are about the lake: --messages reads none.")
    with watched(asked["as_json"]) as progress:
        report = compute_reaction_onset(
            of_messages["messages"],
            _day(asked["as_of"]),
            meddra=of_messages["meddra_files"],
            take_reported=of_messages["take_reported"],
            only_products=asked["products"],
            out=asked["out"],
            progress=progress,
        )
    tell(report, asked["as_json"], "reaction_onset_summary")


def _day(text: str | None) -> dt.date:
    """A data-lock point to the day; UsageError for anything else."""
    try:
        return dt.datetime.strptime(text or "", "%Y-%m-%d").date()  # noqa: DTZ007 -- a day has no zone
    except ValueError:
        raise UsageError("With --messages the data-lock point is a day: give --as-of as 2024-03-31.") from None
